package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.FileName;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;

class EnclosedTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "..", "a/b", "/etc/passwd", "..\\a", "c:a", "a\u0000", "a\n", "a\u001b[2J", "a\u009b", "a\u2028", "nul", "COM1.json",
            "a.", "a ", "\ud800", "*", "<a>"})
    void aNameThatCouldLeadElsewhereIsUnsafe(String name) {
        assertFalse(FileName.isSafe(name));
        assertThrows(RefractException.class, () -> HookPoint.parse(name + ":output"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"effects", "unet.mid_block.attentions.0", "model-00001-of-00002.safetensors", "a..b", "héllo", "null", "config"})
    void aPlainNameIsSafe(String name) throws Exception {
        assertEquals(name, FileName.require(name, "a file"));
        assertEquals(folder.resolve(name + ".json"), Enclosed.file(folder, Json.parse("list", "\"" + name + "\""), ".json"));
    }

    @Test
    void aNameThatIsTooLongForAFileSystemIsUnsafe() {
        assertFalse(FileName.isSafe("é".repeat(130)));
    }

    @Test
    void linksMayStayInTheFolderAndNotLeaveIt() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        Files.createDirectory(home.resolve("images"));
        Files.createSymbolicLink(home.resolve("pictures"), Path.of("images"));
        Enclosed.check(home);
        Files.createSymbolicLink(home.resolve("images").resolve("up"), Path.of("../.."));
        assertTrue(refusal(home).contains("leads out of"));
        Files.delete(home.resolve("images").resolve("up"));
        Files.createSymbolicLink(home.resolve("nowhere"), folder.resolve("missing"));
        assertTrue(refusal(home).contains("leads out of"));
        Enclosed.check(folder.resolve("missing"));
    }

    @Test
    void whatIsNeitherFileNorFolderIsNotWaitedFor() throws IOException, InterruptedException {
        if (new ProcessBuilder("mkfifo", folder.resolve("pipe").toString()).start().waitFor() == 0) {
            assertTrue(refusal(folder).contains("neither a file nor a folder"));
        }
    }

    private static String refusal(Path of) {
        return assertThrows(RefractException.class, () -> Enclosed.check(of)).getMessage();
    }
}
