package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;

class AtomicFileTest {

    @TempDir Path folder;

    @Test
    void aCommittedFileReplacesAnOlderOne() throws Exception {
        Path file = folder.resolve("deep/er/a.txt");
        AtomicFile.write(file, "old");
        AtomicFile.write(file, "new");
        assertEquals("new", Files.readString(file));
        assertEquals(List.of("a.txt"), names(file.getParent()));
    }

    @Test
    void anAbandonedFileLeavesTheOlderOne() throws Exception {
        Path file = folder.resolve("a.txt");
        AtomicFile.write(file, "old");
        try (AtomicFile begun = AtomicFile.create(file)) {
            begun.append(ByteBuffer.wrap(new byte[100]));
            assertEquals("old", Files.readString(file));
        }
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("a.txt"), names(folder));
    }

    @Test
    void bytesMayBeWrittenAtAnyPlace() throws Exception {
        Path file = folder.resolve("a");
        try (AtomicFile begun = AtomicFile.create(file)) {
            begun.write(ByteBuffer.wrap("world".getBytes()), 6);
            begun.write(ByteBuffer.wrap("hello ".getBytes()), 0);
            begun.commit();
        }
        assertEquals("hello world", Files.readString(file));
    }

    @Test
    void whatAKilledProcessLeftIsSweptAwayAndWhatALivingOneWritesIsNot() throws Exception {
        long dead = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-version").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().onExit().get().pid();
        Files.writeString(folder.resolve(".a.txt." + dead + "-1700000000000-1f.partial"), "half");
        Files.createDirectories(folder.resolve(".a.txt." + dead + "-1700000000000-2f.partial/inner"));
        Path alive = Files.writeString(folder.resolve(".a.txt." + ProcessMark.current() + "-3f.partial"), "half");
        Path other = Files.writeString(folder.resolve(".b.txt." + dead + "-1700000000000-4f.partial"), "half");
        Files.writeString(folder.resolve(".a.txt." + ProcessHandle.current().pid() + "-1700000000000-5f.partial"), "of an earlier process with this id");
        AtomicFile.write(folder.resolve("a.txt"), "whole");
        assertEquals(Stream.of("a.txt", alive.getFileName().toString(), other.getFileName().toString()).sorted().toList(), names(folder));
    }

    @Test
    void aFolderAppearsWholeAndReplacesAnOlderOne() throws Exception {
        Path target = folder.resolve("run");
        for (String content : List.of("one", "two")) {
            try (AtomicFolder begun = AtomicFolder.create(target)) {
                Files.writeString(begun.path().resolve("a"), content);
                begun.commit();
            }
            assertEquals(content, Files.readString(target.resolve("a")));
        }
        assertEquals(List.of("run"), names(folder));
    }

    @Test
    void anAbandonedFolderLeavesTheOlderOne() throws Exception {
        Path target = folder.resolve("run");
        try (AtomicFolder begun = AtomicFolder.create(target)) {
            Files.writeString(begun.path().resolve("a"), "one");
            begun.commit();
        }
        try (AtomicFolder begun = AtomicFolder.create(target)) {
            Files.createDirectories(begun.path().resolve("b/c"));
        }
        assertEquals("one", Files.readString(target.resolve("a")));
        assertEquals(List.of("run"), names(folder));
    }

    @Test
    void deletingAFolderDoesNotFollowLinks() throws Exception {
        Path kept = Files.createDirectory(folder.resolve("kept"));
        Files.writeString(kept.resolve("a"), "stays");
        Path gone = Files.createDirectory(folder.resolve("gone"));
        Files.createSymbolicLink(gone.resolve("link"), kept);
        AtomicFolder.delete(gone);
        assertFalse(Files.exists(gone));
        assertEquals("stays", Files.readString(kept.resolve("a")));
    }

    @Test
    void aPathThroughAFileIsRefusedWithASentence() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");
        String said = assertThrows(RefractException.class, () -> AtomicFile.write(file.resolve("a.txt"), "x")).getMessage();
        assertTrue(said.contains("cannot be written: a part of that path is a file"), said);
    }

    @Test
    void reasonsOfTheSystemBecomeSentences() throws Exception {
        Path file = Path.of("out.bin");
        assertEquals("The disk is full, so out.bin was not written: free some space there and try again.",
                FileFailure.writing(file, new IOException("No space left on device")).getMessage());
        try (AtomicFolder begun = AtomicFolder.create(folder.resolve("a/b"))) {
            String said = FileFailure.writing(begun.path().resolve("c.bin"), new IOException("No space left on device")).getMessage();
            assertTrue(said.startsWith("The disk is full, so " + folder.resolve("a/b/c.bin") + " was not written"), said);
        }
        assertEquals(2, FileFailure.writing(file, new AccessDeniedException("out.bin")).exitCode());
        assertTrue(FileFailure.writing(file, new IOException("Read-only file system")).getMessage().contains("choose a folder that you may write to"));
        assertTrue(FileFailure.writing(file, new IOException("File too large")).getMessage().contains("limit"));
        assertEquals("out.bin cannot be written: odd.", FileFailure.writing(file, new IOException("odd")).getMessage());
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
