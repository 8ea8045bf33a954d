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
    void aFolderThatHoldsAnythingElseIsRefusedAndStaysAsItWas() throws Exception {
        Path target = folder.resolve("run");
        Files.createDirectories(target.resolve("thesis"));
        Files.writeString(target.resolve("thesis/chapter1.txt"), "important");
        Files.writeString(target.resolve("a"), "old");
        String said;
        try (AtomicFolder begun = AtomicFolder.create(target)) {
            Files.writeString(begun.path().resolve("a"), "new");
            said = assertThrows(RefractException.class, begun::commit).getMessage();
        }
        assertTrue(said.startsWith(target + " is there and holds thesis, which Refract did not write"), said);
        assertEquals("important", Files.readString(target.resolve("thesis/chapter1.txt")));
        assertEquals("old", Files.readString(target.resolve("a")));
        assertEquals(List.of("run"), names(folder));
    }

    @Test
    void aWriterThatKnowsItsFilesIsToldOfOthersBeforeItBegins() throws Exception {
        Path target = Files.createDirectory(folder.resolve("report"));
        Files.createDirectory(target.resolve("data"));
        Files.writeString(target.resolve("data/older.js"), "old");
        try (AtomicFolder begun = AtomicFolder.create(target, name -> name.startsWith("data"))) {
            Files.createDirectory(begun.path().resolve("data"));
            Files.writeString(begun.path().resolve("data/newer.js"), "new");
            begun.commit();
        }
        assertEquals(List.of("newer.js"), names(target.resolve("data")));
        Files.writeString(target.resolve("notes.txt"), "mine");
        assertThrows(RefractException.class, () -> AtomicFolder.create(target, name -> name.startsWith("data")));
        assertEquals(List.of("data", "notes.txt"), names(target));
        assertEquals(List.of("report"), names(folder));
    }

    @Test
    void whatIsMadeBesideTakesItsPlaceAndLeavesTheRest() throws Exception {
        Path target = Files.createDirectory(folder.resolve("a"));
        Files.writeString(target.resolve("log.jsonl"), "log");
        Files.writeString(target.resolve("weights"), "old");
        try (MadeBeside made = MadeBeside.of(target)) {
            assertEquals("a", made.path().getFileName().toString());
            Files.createDirectory(made.path());
            Files.writeString(made.path().resolve("weights"), "new");
            assertEquals("old", Files.readString(target.resolve("weights")));
            String said = FileFailure.writing(made.path().resolve("weights"), new IOException("odd")).getMessage();
            assertEquals(target.resolve("weights") + " cannot be written: odd.", said);
            made.commit();
        }
        assertEquals("new", Files.readString(target.resolve("weights")));
        assertEquals("log", Files.readString(target.resolve("log.jsonl")));
        assertEquals(List.of("a"), names(folder));
    }

    @Test
    void whatAKilledProcessWasReplacingComesBack() throws Exception {
        long dead = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-version").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().onExit().get().pid();
        Path target = Files.createDirectory(folder.resolve("sae"));
        Files.writeString(target.resolve("weights"), "new");
        Path waiting = Files.createDirectory(folder.resolve(".sae." + dead + "-1700000000000-1f.replaced"));
        Files.writeString(waiting.resolve("weights"), "old");
        Files.writeString(waiting.resolve("config"), "of the old ones");
        MadeBeside.of(target).close();
        assertEquals("old", Files.readString(target.resolve("weights")));
        assertEquals("of the old ones", Files.readString(target.resolve("config")));
        assertEquals(List.of("sae"), names(folder));
    }

    @Test
    void aLinkThatLeadsNowhereIsNamed() throws Exception {
        Files.createSymbolicLink(folder.resolve("one"), folder.resolve("two"));
        Files.createSymbolicLink(folder.resolve("two"), folder.resolve("one"));
        String said = assertThrows(RefractException.class, () -> AtomicFile.write(folder.resolve("one/a.txt"), "x")).getMessage();
        assertTrue(said.contains(folder.resolve("one") + " is a link that leads back to itself"), said);
        Files.createSymbolicLink(folder.resolve("lost"), folder.resolve("gone"));
        said = assertThrows(RefractException.class, () -> AtomicFile.write(folder.resolve("lost/a.txt"), "x")).getMessage();
        assertTrue(said.contains(folder.resolve("lost") + " is a link that leads to nothing"), said);
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
        assertTrue(said.contains("cannot be written: " + file + " is a file, not a folder"), said);
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
