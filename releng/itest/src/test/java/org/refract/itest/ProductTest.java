package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProductTest {

    /** As shells have it: 128 + SIGTERM. */
    private static final int TERMINATED = 143;

    @TempDir
    private Path user;

    @AfterEach
    void removeLinks() throws IOException {
        try (var files = Files.walk(user)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    @Test
    void answersWithTheCommandsExitCode() throws Exception {
        try (Command version = Command.start(user, "--version"); Command nonsense = Command.start(user, "nonsense")) {
            assertEquals(0, version.exitCode(), version::output);
            assertEquals(2, nonsense.exitCode(), nonsense::output);
            assertTrue(version.output().startsWith("refract "), version::output);
        }
    }

    @Test
    void saysItsVersionWithoutStartingAnything() throws Exception {
        try (Command version = Command.start(user, "--version")) {
            assertEquals(0, version.exitCode(), version::output);
            assertEquals(2, version.output().lines().count(), version::output);
        }
        try (var made = Files.list(user)) {
            assertEquals(List.of(), made.toList());
        }
    }

    @Test
    void runsThroughASymbolicLinkFromAFolderWithSpaces() throws Exception {
        Path installed = Files.createDirectories(user.resolve("an installed product"));
        try (var files = Files.list(Product.folder())) {
            for (Path file : files.filter(file -> !file.endsWith("bin")).toList()) {
                Files.createSymbolicLink(installed.resolve(file.getFileName()), file);
            }
        }
        Files.copy(Product.program(), Files.createDirectory(installed.resolve("bin")).resolve("refract"));
        Path link = Files.createSymbolicLink(user.resolve("a link"), Path.of("an installed product/bin/refract"));
        try (Command command = Command.start(link, user, Map.of(), "extensions")) {
            assertEquals(0, command.exitCode(), command::output);
        }
    }

    @Test
    void timesWhatItIsAskedToTime() throws Exception {
        try (Command load = Command.start(user, "bench", "load", "--json"); Command nothing = Command.start(user, "bench")) {
            assertEquals(0, load.exitCode(), load::output);
            assertTrue(load.output().contains("\"load\":"), load::output);
            assertEquals(2, nothing.exitCode(), nothing::output);
        }
    }

    @Test
    void passesArgumentsAsTheyAre() throws Exception {
        try (Command command = Command.start(user, "no such * command $HOME \"quoted\"")) {
            assertEquals(2, command.exitCode(), command::output);
            assertTrue(command.output().contains("'no such * command $HOME \"quoted\"'"), command::output);
        }
    }

    @Test
    void takesAnyLetterWhereTheLocaleKnowsAsciiOnly() throws Exception {
        Map<String, String> ascii = Map.of("LC_ALL", "C", "LC_CTYPE", "C", "LANG", "C");
        try (Command command = Command.start(Product.program(), user, ascii, "inspect", "модель·ß.safetensors")) {
            assertEquals(2, command.exitCode(), command::output);
            assertTrue(command.output().contains("модель·ß.safetensors"), command::output);
        }
    }

    @Test
    void writesNothingIntoItsOwnFolder() throws Exception {
        Map<Path, Long> before = contents(Product.folder());
        try (Command command = Command.start(user, "--help")) {
            assertEquals(0, command.exitCode(), command::output);
        }
        assertEquals(before, contents(Product.folder()));
    }

    @Test
    void leavesNoFrameworkFolderBehind() throws Exception {
        try (Command one = Command.start(user, "extensions"); Command other = Command.start(user, "extensions")) {
            assertEquals(0, one.exitCode(), one::output);
            assertEquals(0, other.exitCode(), other::output);
        }
        try (var left = Files.list(user.resolve("cache/framework"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void beingAskedToEndEndsTheWorkAndLeavesNoFrameworkFolderBehind() throws Exception {
        try (Command harvest = Command.start(user, "harvest", "recordings", "--images", "1000000", "--shard", "16")) {
            harvest.await(output -> Files.exists(user.resolve("recordings/store")));
            harvest.signal("TERM"); // not INT, which a test run in the background would have it ignore
            assertEquals(TERMINATED, harvest.exitCode(), harvest::output);
            assertFalse(harvest.output().contains("Exception"), harvest::output);
        }
        try (var left = Files.list(user.resolve("cache/framework"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aPictureIsDrawnAgainFromItsFileAndBegunWith() throws Exception {
        try (Command first = Command.start(user, "generate", "red heart", "--out", "a.webp", "--steps", "1", "--seed", "-1")) {
            assertEquals(0, first.exitCode(), first::output);
        }
        try (Command again = Command.start(user, "generate", "--like", "a.webp", "--out", "b.webp")) {
            assertEquals(0, again.exitCode(), again::output);
        }
        assertEquals(-1, Files.mismatch(user.resolve("a.webp"), user.resolve("b.webp")));
        try (Command other = Command.start(user, "generate", "blue heart", "--image", "a.webp", "--out", "c.jpg")) {
            assertEquals(0, other.exitCode(), other::output);
        }
    }

    @Test
    void picturesAreTheSameWithAnyNumberOfThreads() throws Exception {
        for (String threads : List.of("1", "3")) {
            try (Command draw = Command.start(user, "--threads", threads, "generate", "red heart", "--count", "3", "--steps", "1", "--out", threads)) {
                assertEquals(0, draw.exitCode(), draw::output);
            }
        }
        assertEquals(Set.of("red-heart-0.png", "red-heart-1.png", "red-heart-2.png"), bytesOf(user.resolve("1")).keySet());
        assertEquals(bytesOf(user.resolve("1")), bytesOf(user.resolve("3")));
        try (Command none = Command.start(user, "generate", "red heart", "--threads", "0")) {
            assertEquals(2, none.exitCode(), none::output);
            assertTrue(none.output().contains("--threads takes 1 to"), none::output);
        }
    }

    private static Map<String, ByteBuffer> bytesOf(Path folder) throws IOException {
        Map<String, ByteBuffer> bytes = new TreeMap<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                bytes.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        }
        return bytes;
    }

    @Test
    void stoppingBetweenPicturesKeepsTheFinishedOnesWhole() throws Exception {
        try (Command many = Command.start(user, "generate", "red heart", "--count", "10000", "--out", "many")) {
            many.await(output -> Files.exists(user.resolve("many/red-heart-1.png")));
            many.signal("TERM");
            assertEquals(TERMINATED, many.exitCode(), many::output);
            assertFalse(many.output().contains("Exception"), many::output);
        }
        try (var files = Files.list(user.resolve("many"))) {
            for (Path file : files.toList()) {
                assertTrue(file.toString().endsWith(".png") && javax.imageio.ImageIO.read(file.toFile()) != null, file::toString);
            }
        }
    }

    @Test
    void findsAJavaAlthoughJavaHomeIsTooOldOrMissing() throws Exception {
        Path old = Files.createDirectories(user.resolve("jdk-17/bin")).getParent();
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
        Files.createSymbolicLink(old.resolve("bin/java"), Path.of("/bin/false"));
        Map<String, String> environment = Map.of("JAVA_HOME", old.toString(), "PATH", System.getProperty("java.home") + "/bin:/usr/bin:/bin");
        try (Command command = Command.start(Product.program(), user, environment, "extensions")) {
            assertEquals(0, command.exitCode(), command::output);
        }
    }

    @Test
    void anAbsentJavaIsSaidInOneSentence() throws Exception {
        Path elsewhere = Files.createDirectories(user.resolve("product/bin"));
        Files.copy(Product.program(), elsewhere.resolve("refract"));
        Path lib = Files.createDirectories(user.resolve("product/lib"));
        Files.writeString(lib.resolve("java.sh"), "find_java() { return 1; }\n");
        try (Command command = Command.start(elsewhere.resolve("refract"), user, Map.of(), "--version")) {
            assertEquals(2, command.exitCode(), command::output);
            assertTrue(command.output().startsWith("refract: Java 25 or newer was not found; install"), command::output);
        }
    }

    @Test
    void anIncompleteInstallationIsSaidInOneSentence() throws Exception {
        Path home = Files.createDirectories(user.resolve("product"));
        Files.createDirectories(home.resolve("bin"));
        Files.copy(Product.program(), home.resolve("bin/refract"));
        Files.createSymbolicLink(home.resolve("lib"), Product.folder().resolve("lib"));
        for (String asked : List.of("--version", "extensions")) {
            try (Command command = Command.start(home.resolve("bin/refract"), user, Map.of(), asked)) {
                assertEquals(1, command.exitCode(), command::output);
                assertTrue(command.output().contains("there is no folder " + home.toRealPath().resolve("bundles")), command::output);
            }
        }
    }

    @Test
    void carriesLicencesAndTheDemoModel() {
        for (String file : List.of("LICENSE", "NOTICE", "demo/MODEL_CARD.md", "demo/DATA_LICENSES.txt", "demo/turbo/model_index.json",
                "demo/base/model_index.json", "demo/captions.jsonl", "native/pytorch/flavor", "bin/refract.cmd")) {
            assertTrue(Files.isRegularFile(Product.folder().resolve(file)), file);
        }
    }

    private static Map<Path, Long> contents(Path folder) throws IOException {
        Map<Path, Long> contents = new TreeMap<>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                contents.put(file, Files.getLastModifiedTime(file).toMillis());
            }
        }
        return contents;
    }
}
