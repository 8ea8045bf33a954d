package org.refract.workbench.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Scale;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.engine.extension.Extensions;
import org.refract.engine.job.JobQueue;
import org.refract.workbench.engine.EngineSubjects;
import org.refract.workbench.engine.TinyRun;

/** The Explore view as the product shows it: the demo model, a small run of it, and the real engine behind the window. */
class RealRunWindowTest {
    @TempDir
    Path folder;
    private JobQueue jobs;
    private Window window;
    private Person person;
    private Path run;

    @BeforeEach
    void openTheWindow() throws RefractException, InterruptedException, IOException {
        jobs = TinyRun.jobs();
        Extensions extensions = TinyRun.extensions();
        run = TinyRun.folder(extensions, jobs);
        Start start = new Start(folder.resolve("workbench.json"));
        start.subject(Optional.of(run));
        window = new Window(Person.screen(), start.memory());
        window.add(new ExploreView(new EngineSubjects(extensions, jobs, start, TinyRun.recipes()), start));
        person = new Person(window.shell());
        window.shell().open();
        person.waitUntil("the run is open", () -> person.find(Combo.class, "Block").getItemCount() > 1);
    }

    @AfterEach
    void closeTheWindow() {
        if (!window.shell().isDisposed()) {
            window.shell().close();
        }
        jobs.close();
    }

    @Test
    void aPersonTurnsAFeatureOfTheDemoModel() {
        assertFalse(person.find(Text.class, "Prompt").getText().isEmpty(), "a prompt of the recordings to begin with");
        person.type("Prompt", "red heart, noto style, on a white background");
        person.spin("Seed", 7);
        person.click("Generate");
        Table features = person.find(Table.class, "Features");
        person.waitUntil("the picture and its features are there", () -> person.says("Status").startsWith("Drawn in") && features.getItemCount() > 3
                && features.getSelectionIndex() == 0);
        Canvas picture = person.find(Canvas.class, "Picture");
        ImageData before = person.look(picture);
        person.click("Add everywhere");
        person.drag("Strength", 190);
        person.waitUntil("the picture is drawn with the edit", () -> person.says("Status").startsWith("Drawn with one edit"));
        person.waitUntil("it looks different", () -> !Arrays.equals(before.data, person.look(picture).data));
        person.click("Both");
        person.photograph("demo");
        person.click("Reset this feature");
        person.waitUntil("no edit is left", () -> person.find(Table.class, "Edits").getItemCount() == 0);
        assertEquals(100, person.find(Scale.class, "Strength").getSelection(), "the slider stands at 0");
    }

    @Test
    void whatWasWrittenIsThereTheNextTime() {
        person.type("Prompt", "a cat I want to see again");
        person.spin("Seed", 123);
        window.shell().close();
        Memory memory = new Memory(folder.resolve("workbench.json"));
        assertEquals("a cat I want to see again", memory.get("explore.prompt").orElseThrow());
        assertEquals(123, memory.integer("explore.seed", 0));
        assertEquals(run, Path.of(memory.get("explore.folder").orElseThrow()));
        assertTrue(memory.folders().contains(run));
    }
}
