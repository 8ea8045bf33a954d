package org.refract.workbench.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.graphics.ImageLoader;
import org.eclipse.swt.layout.FillLayout;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.view.View;
import org.refract.workbench.explore.EditMode;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.part.ExplorePage;
import org.refract.workbench.subject.PaintedSubject;
import org.refract.workbench.work.Lanes;

/** The window on a screen, with a model that needs no weights behind it. */
class ExploreWindowTest {
    @TempDir
    Path folder;
    private Display display;
    private Window window;
    private PaintedSubject subject;
    private Explorer explorer;
    private Exploration state;
    private Person person;

    @BeforeEach
    void openTheWindow() throws RefractException {
        Screen.require(System.getProperty("os.name"), System.getenv());
        display = Screen.connect();
        subject = new PaintedSubject(folder);
        Memory memory = new Memory(folder.resolve("workbench.json"));
        window = new Window(display, memory);
        window.add(new View() {
            @Override
            public String id() {
                return "explore";
            }

            @Override
            public String title() {
                return "Explore";
            }

            @Override
            public void create(Composite parent) {
                Lanes lanes = new Lanes(new ScreenThread(parent));
                explorer = new Explorer((location, monitor) -> subject, lanes);
                new ExplorePage(parent, explorer, memory);
                parent.addListener(SWT.Dispose, e -> {
                    explorer.close();
                    lanes.close();
                });
            }
        });
        state = explorer.state();
        explorer.open(Optional.of(folder), false);
        person = new Person(window.shell());
        window.shell().open();
        person.waitUntil("the subject is open", () -> state.subject().isPresent());
    }

    @AfterEach
    void closeTheWindow() {
        window.shell().close();
        display.dispose();
    }

    private void generate(String prompt) {
        person.type("Prompt", prompt);
        person.click("Generate");
        person.waitUntil("a picture of " + prompt + " is there",
                () -> state.before().filter(d -> d.request().prompt().equals(prompt)).isPresent() && state.work().isEmpty());
        person.waitUntil("details are there", () -> state.details().isPresent());
    }

    @Test
    void aPersonDrawsAPictureAndTurnsAFeature() throws IOException {
        generate("a tiger in the rain");
        Table features = person.find(Table.class, "Features");
        assertTrue(features.getItemCount() > 5, "the picture's features are listed");
        Control picture = person.find(Canvas.class, "Picture");
        save("first");
        person.choose("Features", 2);
        person.waitUntil("the third feature is selected", () -> state.details().isPresent());
        ImageData before = person.look(picture);
        person.drag("Strength", 160);
        person.waitUntil("the picture with the edit is there", () -> state.after().isPresent());
        person.waitUntil("the picture on the screen has changed", () -> !Arrays.equals(before.data, person.look(picture).data));
        assertEquals(4.0, state.after().get().request().edits().getFirst().strength());
        assertTrue(person.find(Text.class, "Equivalent command").getText().contains("#" + state.selected().get().feature().latent()));
        save("window");
    }

    private void save(String name) throws IOException {
        ImageData seen = person.look();
        Path target = Files.createDirectories(Path.of("target", "screenshots"));
        ImageLoader loader = new ImageLoader();
        loader.data = new ImageData[] {seen};
        loader.save(target.resolve(name + ".png").toString(), SWT.IMAGE_PNG);
        assertTrue(seen.width >= 900 && seen.height >= 600, "the window is on the screen");
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < seen.height; y += 3) {
            for (int x = 0; x < seen.width; x += 3) {
                colours.add(seen.getPixel(x, y));
            }
        }
        assertTrue(colours.size() > 100, "the window shows more than an empty surface");
    }
}
