package org.refract.workbench.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest {
    @TempDir
    Path folder;

    @Test
    void comesBackAsItWasSaved() throws IOException {
        Path run = Files.createDirectory(folder.resolve("run"));
        Path other = Files.createDirectory(folder.resolve("other"));
        Memory memory = new Memory(folder.resolve("deep/er/workbench.json"));
        memory.put("explore.prompt", "ein \"Käse\"\nzeile");
        memory.put("explore.seed", "-12");
        memory.add(run);
        memory.add(other);
        memory.add(run);
        memory.save();
        Memory again = new Memory(folder.resolve("deep/er/workbench.json"));
        assertEquals(Optional.of("ein \"Käse\"\nzeile"), again.get("explore.prompt"));
        assertEquals(-12, again.integer("explore.seed", 0));
        assertEquals(List.of(run, other), again.folders());
    }

    @Test
    void forgetsFoldersThatAreGone() throws IOException {
        Path run = Files.createDirectory(folder.resolve("run"));
        Memory memory = new Memory(folder.resolve("workbench.json"));
        memory.add(run);
        Files.delete(run);
        assertTrue(memory.folders().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"values\": 3, \"folders\": []}", "{\"values\": {\"a\": 1}, \"folders\": []}"})
    void aDamagedFileIsAsNone(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("workbench.json"), text);
        Memory memory = new Memory(file);
        assertEquals(7, memory.integer("explore.seed", 7));
        memory.put("explore.seed", "8");
        memory.save();
        assertEquals(8, new Memory(file).integer("explore.seed", 7));
    }

    @Test
    void aNumberThatIsNoneGivesTheUsualOne() {
        Memory memory = new Memory(folder.resolve("workbench.json"));
        memory.put("explore.seed", "99999999999999");
        assertEquals(3, memory.integer("explore.seed", 3));
    }

    @Test
    void aPlaceThatCannotBeWrittenCostsNothingElse() throws IOException {
        Path file = Files.createFile(folder.resolve("a file"));
        Memory memory = new Memory(file.resolve("workbench.json"));
        memory.put("explore.seed", "8");
        memory.save();
        assertEquals(8, memory.integer("explore.seed", 0));
    }
}
