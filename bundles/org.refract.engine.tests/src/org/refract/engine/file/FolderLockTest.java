package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;

/** A second writer is told who is there and since when; a killed one is in nobody's way. */
class FolderLockTest {

    /** Holds the lock of the folder that it is told until it is killed. */
    private static final String HOLDER = """
            import java.nio.ByteBuffer;
            import java.nio.channels.FileChannel;
            import java.nio.file.*;
            class Holder {
                public static void main(String[] arguments) throws Exception {
                    FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    channel.lock(1L << 40, 1, false);
                    channel.write(ByteBuffer.wrap("process 7, a training, since yesterday".getBytes()));
                    System.out.println("held");
                    Thread.sleep(60_000);
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void aSecondWriterIsToldWhoIsThere() throws Exception {
        Path place = folder.resolve("out");
        try (FolderLock lock = FolderLock.take(place, "a training")) {
            RefractException told = assertThrows(RefractException.class, () -> FolderLock.take(place, "another"));
            assertTrue(told.getMessage().matches(".*out is being written by another process \\(process " + ProcessHandle.current().pid()
                    + ", a training, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\): wait for it, stop it, or choose another folder\\."), told.getMessage());
            assertEquals(RefractException.USAGE, told.exitCode());
            Files.writeString(place.resolve("result"), "x");
        }
        assertFalse(Files.exists(place.resolve(".lock")));
        FolderLock.take(place, "another").close();
        assertEquals("x", Files.readString(place.resolve("result")));
    }

    @Test
    void partsOfOneFolderAreWrittenSideBySide() throws Exception {
        try (FolderLock one = FolderLock.take(folder, "part-1-of-2", "a"); FolderLock other = FolderLock.take(folder, "part-2-of-2", "b")) {
            assertThrows(RefractException.class, () -> FolderLock.take(folder, "part-2-of-2", "c"));
        }
    }

    @Test
    void aFolderThatWasMadeForNothingGoes() throws Exception {
        Path place = folder.resolve("new");
        FolderLock.take(place, "a").close();
        assertFalse(Files.exists(place));
        FolderLock.take(folder, "a").close();
        assertTrue(Files.isDirectory(folder), "one that was there stays");
    }

    @Test
    @Timeout(60)
    void theLockOfAKilledProcessIsTakenOver() throws Exception {
        Path source = Files.writeString(folder.resolve("Holder.java"), HOLDER);
        Path place = Files.createDirectory(folder.resolve("out"));
        Process holder = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), source.toString(), place.resolve(".lock").toString())
                .redirectErrorStream(true).start();
        try {
            assertEquals("held", holder.inputReader().readLine());
            String told = assertThrows(RefractException.class, () -> FolderLock.take(place, "b")).getMessage();
            assertTrue(told.contains("(process 7, a training, since yesterday)"), told);
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertTrue(Files.exists(place.resolve(".lock")), "it left its file behind");
        FolderLock.take(place, "b").close();
    }
}
