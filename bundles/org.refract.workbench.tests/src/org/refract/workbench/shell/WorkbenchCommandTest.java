package org.refract.workbench.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import picocli.CommandLine;

class WorkbenchCommandTest {
    @TempDir
    Path folder;
    private final List<Object> opened = new ArrayList<>();
    private final WorkbenchCommand command = command();

    private WorkbenchCommand command() {
        return new WorkbenchCommand((subject, model, placement) -> opened.addAll(List.of(subject, model, placement)));
    }

    @Test
    void opensTheWindowWithWhatWasOpenLast() throws Exception {
        new CommandLine(command).parseArgs();
        assertEquals(0, command.call());
        assertEquals(List.of(Optional.empty(), Optional.empty(), Placement.CPU), opened);
    }

    @Test
    void opensANamedFolderOnANamedDevice() throws Exception {
        new CommandLine(command).parseArgs(folder.toString(), "--device", "cuda:1/fp16");
        command.call();
        assertEquals(List.of(Optional.of(folder), Optional.empty(), new Placement("cuda:1", Placement.DType.FP16)), opened);
    }

    @Test
    void saysWhereTheModelOfARunIsNow() throws Exception {
        new CommandLine(command).parseArgs(folder.toString(), "--model", folder.toString());
        command.call();
        assertEquals(List.of(Optional.of(folder), Optional.of(folder), Placement.CPU), opened);
        WorkbenchCommand nameless = command();
        new CommandLine(nameless).parseArgs("--model", folder.toString());
        assertEquals("--model says where a run's model lies now; name the run before it.", assertThrows(RefractException.class, nameless::call).getMessage());
        new CommandLine(command).parseArgs(folder.toString(), "--model", folder.resolve("gone").toString());
        assertTrue(assertThrows(RefractException.class, command::call).getMessage().startsWith("There is no model at "));
    }

    @Test
    void refusesAFolderThatIsNotThere() {
        new CommandLine(command).parseArgs(folder.resolve("nothing").toString());
        RefractException refused = assertThrows(RefractException.class, command::call);
        assertEquals(2, refused.exitCode());
        assertTrue(refused.getMessage().startsWith("There is no folder"));
    }
}
