package org.refract.workbench.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.CTabFolder;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Link;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Scale;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
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
    private Window window;
    private PaintedSubject subject;
    private Explorer explorer;
    private Exploration state;
    private Person person;

    @BeforeEach
    void openTheWindow() throws RefractException {
        Display display = Person.screen();
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
                explorer = new Explorer(PaintedSubject.always(subject), lanes);
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
        if (!window.shell().isDisposed()) {
            window.shell().close();
        }
    }

    private void generate(String prompt) {
        person.type("Prompt", prompt);
        person.click("Generate");
        person.waitUntil("a picture of " + prompt + " is there",
                () -> state.before().filter(d -> d.request().prompt().equals(prompt)).isPresent() && state.work().isEmpty());
        person.waitUntil("details are there", () -> state.details().isPresent());
    }

    @Test
    void aPersonDrawsAPictureAndTurnsAFeature() {
        generate("a tiger in the rain");
        Table features = person.find(Table.class, "Features");
        assertTrue(features.getItemCount() > 5, "the picture's features are listed");
        Control picture = person.find(Canvas.class, "Picture");
        person.photograph("first");
        person.choose("Features", 2);
        person.waitUntil("the third feature is selected", () -> state.details().isPresent());
        ImageData before = person.look(picture);
        person.drag("Strength", 160);
        person.waitUntil("the picture with the edit is there", () -> state.after().isPresent());
        person.waitUntil("the picture on the screen has changed", () -> !Arrays.equals(before.data, person.look(picture).data));
        assertEquals(4.0, state.after().get().request().edits().getFirst().strength());
        assertTrue(person.find(Text.class, "Equivalent command").getText().contains("#" + state.selected().get().feature().latent()));
        person.photograph("window");
    }

    @Test
    void cancelEndsADrawingAndKeepsThePicture() {
        generate("a cat");
        subject.hold();
        person.type("Prompt", "a dog");
        person.click("Generate");
        subject.letGo();
        person.waitUntil("one step is done", () -> state.work().flatMap(w -> w.share()).filter(share -> share >= 0.25).isPresent());
        assertTrue(person.says("What is being done").startsWith("Denoising · 1 of 4"));
        assertTrue(person.find(ProgressBar.class, "Progress").isVisible());
        person.click("Cancel");
        person.waitUntil("the work is over", () -> state.work().isEmpty());
        assertEquals("Cancelled; what was on the screen stays.", person.says("Status"));
        assertEquals("a cat", state.before().get().request().prompt());
        assertFalse(person.find(Button.class, "Cancel").isEnabled());
    }

    @Test
    void theWindowAnswersWhileTheModelWorks() {
        generate("a cat");
        subject.hold();
        person.click("Generate");
        person.click("Both");
        person.type("Search features", "tiger");
        person.waitUntil("the search has found something while the model works",
                () -> state.work().isPresent() && state.rows().stream().allMatch(r -> r.label().contains("tiger")));
        person.click("Cancel");
        person.waitUntil("the work is over", () -> state.work().isEmpty());
    }

    @Test
    void theFeatureListOutlivesFastTyping() {
        generate("a cat");
        Table features = person.find(Table.class, "Features");
        for (String word : List.of("qqqq", "heartz", "tigerq", "99999")) {
            person.typeFast("Search features", word);
            person.waitUntil("nothing is found", () -> features.getItemCount() == 0);
            person.type("Search features", "");
            person.look(features);
            int row = features.getSelectionIndex() == 1 ? 2 : 1;
            int latent = state.rows().get(row).feature().latent();
            Rectangle place = features.getItem(row).getBounds(2);
            person.clickAt(features, place.x + 20, place.y + features.getHeaderHeight() / 2 + place.height / 2);
            person.waitUntil("the row that was clicked after '" + word + "' is selected",
                    () -> state.selected().filter(r -> r.feature().latent() == latent).isPresent());
        }
    }

    @Test
    void aHintSaysThatAPictureIsNotDrawnAsRecorded() {
        Link hint = person.find(Link.class, "Not as recorded");
        assertFalse(hint.isVisible());
        person.spin("Steps", 9);
        assertTrue(hint.isVisible());
        assertTrue(hint.getText().contains("recorded in 4 steps; in 9 steps"), hint.getText());
        hint.notifyListeners(SWT.Selection, new Event());
        assertEquals(4, state.request().steps());
        assertFalse(hint.isVisible());
    }

    @Test
    void aPersonComparesThePictures() {
        generate("a tiger in the rain");
        person.drag("Strength", 160);
        person.waitUntil("the picture with the edit is there", () -> state.after().isPresent());
        Canvas picture = person.find(Canvas.class, "Picture");
        person.click("Wipe");
        ImageData middle = person.look(picture);
        Point size = picture.getSize();
        person.stroke(picture, size.x / 2, size.y / 2, size.x / 2 - 80, size.y / 2);
        assertTrue(state.glance().divider() < 0.4, "the divider was dragged");
        assertFalse(Arrays.equals(middle.data, person.look(picture).data));
        person.photograph("wipe");
        person.click("Difference");
        ImageData difference = person.look(picture);
        person.press(picture, 0, SWT.F3);
        assertTrue(state.glance().before());
        assertFalse(Arrays.equals(difference.data, person.look(picture).data));
        person.release(picture, SWT.F3);
        assertFalse(state.glance().before());
    }

    @Test
    void keysTakeBackAndDoAgain() {
        generate("a house");
        person.drag("Strength", 160);
        person.waitUntil("the picture with the edit is there", () -> state.after().isPresent());
        person.press(person.find(Text.class, "Prompt"), SWT.MOD1, 'z');
        person.waitUntil("the picture is as it was", () -> state.after().isEmpty());
        assertEquals(40, person.find(Scale.class, "Strength").getSelection());
        person.press(person.find(Table.class, "Features"), SWT.MOD1 | SWT.SHIFT, 'z');
        person.waitUntil("the edit acts again", () -> state.after().isPresent());
        assertEquals(160, person.find(Scale.class, "Strength").getSelection());
    }

    @Test
    void whatIsDrawnIsSeenWhileItIsDrawn() {
        generate("a cat");
        subject.hold();
        person.click("Generate");
        subject.letGo();
        subject.letGo();
        person.waitUntil("half of it is there", () -> state.preview().isPresent() && person.says("What is being done").startsWith("Denoising · 2 of 4"));
        person.photograph("preview");
        subject.letGo();
        subject.letGo();
        person.waitUntil("it is done", () -> state.work().isEmpty());
        assertTrue(state.preview().isEmpty());
        assertTrue(person.says("Status").endsWith("The prompt was short."), person.says("Status"));
    }

    @Test
    void keysGenerateAndCancel() {
        subject.hold();
        person.press(person.find(Text.class, "Prompt"), SWT.CTRL, SWT.CR);
        person.waitUntil("the model works", () -> state.work().isPresent());
        person.press(person.find(Table.class, "Features"), 0, SWT.ESC);
        person.waitUntil("the work is over", () -> state.work().isEmpty());
        assertTrue(state.before().isEmpty());
    }

    @Test
    void aPersonPaintsAFeatureOntoThePicture() {
        generate("a house");
        person.click(EditMode.PAINT.title());
        Canvas picture = person.find(Canvas.class, "Picture");
        Point size = picture.getSize();
        person.stroke(picture, size.x / 2 - 120, size.y / 2 - 120, size.x / 2 + 40, size.y / 2 - 60);
        person.waitUntil("the painted picture is there", () -> state.after().isPresent());
        assertTrue(state.after().get().request().edits().getFirst().mask().isPresent());
        person.click("Both");
        person.click("Heat map");
        person.waitUntil("nothing is being done", () -> state.work().isEmpty());
        person.photograph("paint");
        person.click("Clear the paint");
        person.waitUntil("the picture is as it was", () -> state.after().isEmpty());
    }

    @Test
    void anEditIsMutedByItsTickAndRemovedByAButton() {
        generate("a house");
        person.drag("Strength", 0);
        person.waitUntil("the picture with the edit is there", () -> state.after().isPresent());
        Table edits = person.find(Table.class, "Edits");
        assertEquals(1, edits.getItemCount());
        edits.getItem(0).setChecked(false);
        Event tick = new Event();
        tick.item = edits.getItem(0);
        tick.detail = SWT.CHECK;
        edits.notifyListeners(SWT.Selection, tick);
        person.waitUntil("the picture is as it was", () -> state.after().isEmpty());
        assertEquals(1, edits.getItemCount());
        person.click("Remove edit");
        assertEquals(0, edits.getItemCount());
        assertEquals(40, person.find(Scale.class, "Strength").getSelection(), "the slider stands at ×1 again");
    }

    @Test
    void anEditActsInTheStepsThatWereChosen() {
        generate("a house");
        person.drag("Strength", 120);
        person.spin("First acting step", 2);
        person.spin("Last acting step", 3);
        person.waitUntil("the edit acts in steps 2 and 3", () -> state.after().map(a -> a.request().edits().getFirst())
                .filter(e -> e.firstStep() == 1 && e.lastStep() == 2).isPresent());
        assertEquals("Scale its map, step 2 to 3", person.find(Table.class, "Edits").getItem(0).getText(1));
    }

    @Test
    void aFailureIsASentenceAtTheBottom() {
        person.type("Prompt", "impossible");
        person.click("Generate");
        person.waitUntil("the failure is told", () -> state.status().trouble());
        assertEquals("The prompt 'impossible' cannot be drawn; write another one.", person.says("Status"));
        person.photograph("trouble");
    }

    @Test
    void whatHasNoRoomIsCutWithAnEllipsisAndShownWhole() {
        String words = "The prompt is too long to be told at once: ".repeat(12) + "shorten it.";
        explorer.warn(words);
        assertTrue(person.says("Status").endsWith("…"), person.says("Status"));
        person.click("Whole sentence");
        Shell dialog = window.shell().getShells()[0];
        Text whole = (Text) Arrays.stream(dialog.getChildren()).filter(Text.class::isInstance).findFirst().orElseThrow();
        assertEquals(words, whole.getText());
        dialog.close();
        explorer.say("Done.");
        assertEquals("Done.", person.says("Status"));
        assertFalse(person.find(Button.class, "Whole sentence").isVisible());
    }

    @Test
    void theListSaysHowManyThereAreAndWhenThereAreNone() {
        generate("a cat");
        assertTrue(person.says("How many features").endsWith(" of 200"), person.says("How many features"));
        person.type("Search features", "tiger");
        assertEquals("", person.says("Nothing found"));
        person.type("Search features", "qqqq");
        assertEquals("0 of 200", person.says("How many features"));
        assertEquals("No feature of this block is called that; other blocks may have one.", person.says("Nothing found"));
        assertTrue(person.find(Label.class, "Nothing found").isVisible());
        person.photograph("nothing");
        person.type("Search features", "");
        assertFalse(person.find(Label.class, "Nothing found").isVisible());
    }

    @Test
    void theMenuTakesBack() {
        person.type("Prompt", "a dog");
        MenuItem edit = Arrays.stream(window.shell().getMenuBar().getItems()).filter(item -> item.getText().equals("Edit")).findFirst().orElseThrow();
        edit.getMenu().notifyListeners(SWT.Show, new Event());
        assertTrue(edit.getMenu().getItem(0).isEnabled());
        assertFalse(edit.getMenu().getItem(1).isEnabled(), "there is nothing to do again");
        edit.getMenu().getItem(0).notifyListeners(SWT.Selection, new Event());
        assertEquals("a cat", person.find(Text.class, "Prompt").getText());
    }

    @Test
    void theModelBoxNamesWhatIsOpen() {
        Combo models = person.find(Combo.class, "Run or model");
        assertEquals(folder.toString(), models.getText());
        models.deselectAll();
        generate("a cat");
        assertEquals(folder.toString(), models.getText());
        assertEquals(folder.getFileName() + " – Refract", window.shell().getText());
    }

    @Test
    void theDetailsShowNeighboursAndAHistogram() {
        generate("a tree");
        CTabFolder details = person.find(CTabFolder.class, "Details");
        details.setSelection(1);
        person.waitUntil("the nearest features are listed", () -> person.find(Table.class, "Nearest features").getItemCount() == 5);
        person.photograph("nearest");
        Table nearest = person.find(Table.class, "Nearest features");
        Event open = new Event();
        open.item = nearest.getItem(0);
        int latent = ((FeatureId) open.item.getData()).latent();
        nearest.notifyListeners(SWT.DefaultSelection, open);
        person.waitUntil("the neighbour is selected", () -> state.selected().filter(r -> r.feature().latent() == latent).isPresent());
        details.setSelection(2);
        person.photograph("histogram");
    }

    @Test
    void theBlockChooserListsTheHookPointsOfTheRun() {
        Combo blocks = person.find(Combo.class, "Block");
        assertEquals(2, blocks.getItemCount());
        assertEquals("unet.down_blocks.2.attentions.1  (composition)", blocks.getText());
        generate("a tree");
        blocks.select(1);
        blocks.notifyListeners(SWT.Selection, new Event());
        person.waitUntil("the other block's features are listed", () -> state.dictionary() == 1 && !state.rows().isEmpty());
        person.waitUntil("its strongest feature is selected", () -> state.details().isPresent());
    }

    @Test
    void closingWhileTheModelWorksEndsTheWork() {
        subject.hold();
        person.click("Generate");
        person.waitUntil("the model works", () -> state.work().isPresent());
        window.shell().close();
        assertTrue(subject.isClosed());
        assertTrue(Files.isRegularFile(folder.resolve("workbench.json")), "the window's place is remembered");
    }

    @Test
    void everyKeyOfTheKeyboardLeadsToOnePlace() {
        List<Character> keys = person.mnemonics();
        assertTrue(keys.size() > 15, "controls can be reached by Alt and a letter");
        assertEquals(keys.size(), Set.copyOf(keys).size(), "no letter leads to two controls: " + keys);
        assertEquals(List.of(), person.lostMnemonics());
    }
}
