package org.refract.workbench.explore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Drawing;
import org.refract.workbench.subject.FeatureDetails.ExamplePicture;
import org.refract.workbench.subject.FeatureRow;
import org.refract.workbench.subject.PaintedSubject;

class ExplorerTest {
    private final Immediately background = new Immediately();
    private final PaintedSubject subject = new PaintedSubject(Path.of("runs", "a run"));
    private final Explorer explorer = new Explorer(PaintedSubject.always(subject), background);
    private final Exploration state = explorer.state();

    @BeforeEach
    void open() {
        explorer.open(Optional.empty(), false);
        background.work();
    }

    private void drawn() {
        explorer.generate();
        background.work();
    }

    private void settled() {
        background.rest();
        background.work();
    }

    @Test
    void openingTakesOverTheSubjectsDefaults() {
        assertEquals("a cat", state.request().prompt());
        assertEquals(4, state.request().steps());
        assertEquals(PaintedSubject.LATENTS, state.rows().size(), "without a picture the whole dictionary is listed");
    }

    @Test
    void generatingShowsThePictureAndItsStrongestFeature() {
        drawn();
        assertTrue(state.before().isPresent());
        assertTrue(state.after().isEmpty());
        assertTrue(state.work().isEmpty());
        assertEquals(Optional.of(state.rows().getFirst()), state.selected());
        assertTrue(state.rows().getFirst().strength() >= state.rows().getLast().strength());
        assertTrue(state.map().orElseThrow().max() > 0);
        assertTrue(state.details().isPresent());
    }

    @Test
    void aPictureThatIsThereBeforeTheFeaturesWereReadGetsItsFeatureLater() {
        Explorer other = new Explorer(PaintedSubject.always(subject), background);
        other.open(Optional.empty(), false);
        background.workOnce();
        other.generate();
        background.workLast();
        assertTrue(other.state().before().isPresent());
        assertTrue(other.state().selected().isEmpty());
        background.work();
        assertTrue(other.state().details().isPresent());
    }

    @Test
    void aStrengthDrawsAgainAfterARest() {
        drawn();
        explorer.turning().strength(3);
        assertEquals(0, background.waiting(), "nothing is drawn while the slider moves");
        settled();
        Intervention edit = state.after().orElseThrow().request().edits().getFirst();
        assertEquals(3, edit.strength());
        assertEquals(Intervention.Mode.SCALE, edit.mode());
        assertEquals(state.selectedId().orElseThrow(), edit.feature());
    }

    @Test
    void aSliderThatMovesOnDrawsOnceOnly() {
        drawn();
        for (double s = 1; s < 4; s += 0.5) {
            explorer.turning().strength(s);
        }
        background.rest();
        assertEquals(1, background.waiting());
        background.work();
        assertEquals(3.5, state.after().orElseThrow().request().edits().getFirst().strength());
    }

    @Test
    void theNeutralStrengthShowsTheUntouchedPicture() {
        drawn();
        explorer.turning().strength(0);
        settled();
        explorer.turning().strength(1);
        settled();
        assertTrue(state.after().isEmpty());
        assertEquals(1, state.edits().all().size(), "the edit stays in the list");
    }

    @Test
    void severalEditsActTogetherAndCanBeMutedAndRemoved() {
        drawn();
        explorer.turning().strength(0);
        explorer.browsing().select(Optional.of(state.rows().get(1)));
        background.work();
        explorer.turning().mode(EditMode.ADD);
        explorer.turning().strength(2);
        settled();
        assertEquals(2, state.after().orElseThrow().request().edits().size());
        explorer.turning().mute(state.edits().all().getFirst(), true);
        settled();
        assertEquals(1, state.after().orElseThrow().request().edits().size());
        explorer.turning().remove(state.edits().all().getLast());
        settled();
        assertTrue(state.after().isEmpty());
        assertEquals(0, state.current().strength(), "the selected feature is neutral again");
        explorer.turning().resetAll();
        assertTrue(state.edits().all().isEmpty());
    }

    @Test
    void comingBackToAFeatureShowsItsEdit() {
        drawn();
        FeatureRow first = state.selected().orElseThrow();
        explorer.turning().strength(2.5);
        explorer.browsing().select(Optional.of(state.rows().get(3)));
        assertEquals(1, state.current().strength());
        explorer.browsing().select(Optional.of(first));
        assertEquals(2.5, state.current().strength());
    }

    @Test
    void paintingAddsTheFeatureInTheMaskAlone() {
        drawn();
        explorer.turning().fill(0, 0, 0.5, 0.5);
        settled();
        Intervention edit = state.after().orElseThrow().request().edits().getFirst();
        assertEquals(Intervention.Mode.ADD, edit.mode());
        float[] weights = edit.mask().orElseThrow().weights();
        assertEquals(1, weights[0]);
        assertEquals(0, weights[weights.length - 1]);
        int size = PaintedSubject.SIZE;
        var before = state.before().orElseThrow().picture();
        var after = state.after().orElseThrow().picture();
        assertNotEquals(before.at(3, 3), after.at(3, 3));
        assertEquals(before.at(size - 1, size - 1), after.at(size - 1, size - 1));
        explorer.turning().clearPaint();
        settled();
        assertTrue(state.after().isEmpty());
    }

    @Test
    void anEditCanActInSomeStepsOnly() {
        drawn();
        explorer.turning().strength(3);
        explorer.turning().acting(new Edit.Steps(1, 2));
        settled();
        Intervention edit = state.after().orElseThrow().request().edits().getFirst();
        assertEquals(1, edit.firstStep());
        assertEquals(2, edit.lastStep());
    }

    @Test
    void strokesGrowOneMask() {
        drawn();
        explorer.turning().mode(EditMode.PAINT);
        explorer.turning().stroke(10, 10, 20, 10);
        explorer.turning().stroke(40, 40, 50, 50);
        float[] weights = state.current().mask().orElseThrow().weights();
        assertEquals(1, weights[10 * PaintedSubject.SIZE + 12]);
        assertEquals(1, weights[45 * PaintedSubject.SIZE + 45]);
        explorer.brush(new Brush(1, true));
        explorer.turning().stroke(32, 32, 32, 32);
        assertTrue(state.current().mask().isEmpty());
    }

    @Test
    void anotherPromptKeepsTheEditsAndDrawsThemToo() {
        drawn();
        explorer.turning().strength(4);
        settled();
        explorer.prompt("a dog");
        drawn();
        assertEquals("a dog", state.before().orElseThrow().request().prompt());
        assertEquals("a dog", state.after().orElseThrow().request().prompt());
    }

    @Test
    void aRunOpensInItsOwnStepsWhateverWasSetBefore() {
        explorer.prompt("a dog");
        explorer.seed(5);
        explorer.steps(30);
        explorer.guidance(7);
        assertFalse(state.request().isDrawnAs(subject.info().begins()));
        explorer.open(Optional.empty(), true);
        background.work();
        assertEquals(new DrawRequest("a dog", 5, 4, 0, List.of()), state.request());
        explorer.steps(1);
        explorer.asRecorded();
        assertTrue(state.request().isDrawnAs(subject.info().begins()));
    }

    @Test
    void everyChangeIsTakenBackAndDoneAgain() {
        drawn();
        explorer.prompt("a dog");
        explorer.seed(7);
        explorer.turning().strength(3);
        explorer.turning().fill(0, 0, 0.5, 0.5);
        settled();
        assertEquals(EditMode.PAINT, state.current().mode());
        explorer.undo();
        assertEquals(EditMode.SCALE, state.current().mode());
        assertEquals(3, state.current().strength());
        settled();
        assertEquals(3, state.after().orElseThrow().request().edits().getFirst().strength());
        explorer.undo();
        settled();
        assertTrue(state.after().isEmpty());
        explorer.undo();
        assertEquals(0, state.request().seed());
        explorer.undo();
        assertEquals("a cat", state.request().prompt());
        assertFalse(explorer.canUndo());
        explorer.undo();
        assertEquals(Status.says("There is nothing to undo."), state.status());
        for (int i = 0; i < 4; i++) {
            explorer.redo();
        }
        assertFalse(explorer.canRedo());
        assertEquals(new DrawRequest("a dog", 7, 4, 0, List.of()), state.request());
        assertTrue(state.current().mask().isPresent());
    }

    @Test
    void whatWasDrawnIsDrawnAgainWhenItIsGoneBackTo() {
        drawn();
        explorer.prompt("a dog");
        drawn();
        explorer.undo();
        background.work();
        assertEquals("a cat", state.before().orElseThrow().request().prompt());
        explorer.redo();
        background.work();
        assertEquals("a dog", state.before().orElseThrow().request().prompt());
    }

    @Test
    void resettingEverythingCanBeTakenBack() {
        drawn();
        explorer.turning().strength(3);
        explorer.turning().resetAll();
        settled();
        assertTrue(state.edits().all().isEmpty());
        explorer.undo();
        settled();
        assertEquals(3, state.current().strength());
        assertTrue(state.after().isPresent());
    }

    @Test
    void aFeatureIsChangedInOneWayAtATime() {
        drawn();
        explorer.turning().strength(0);
        explorer.turning().mode(EditMode.ADD);
        assertEquals(List.of(EditMode.ADD), state.edits().all().stream().map(Edit::mode).toList());
        explorer.turning().strength(4);
        settled();
        assertEquals(List.of(Intervention.Mode.ADD), state.after().orElseThrow().request().edits().stream().map(Intervention::mode).toList());
        explorer.turning().mode(EditMode.SCALE);
        settled();
        assertEquals(0, state.current().strength(), "what it was scaled by before");
        assertEquals(List.of(Intervention.Mode.SCALE), state.after().orElseThrow().request().edits().stream().map(Intervention::mode).toList());
    }

    @Test
    void anEditedPictureIsShownBare() {
        drawn();
        assertFalse(state.showsMap(), "nothing lies over a picture before a person asks for it");
        explorer.overlay(state.overlay().withShown(true));
        explorer.turning().fill(0, 0, 0.5, 0.5);
        assertTrue(state.showsPaint());
        settled();
        assertFalse(state.showsMap());
        assertFalse(state.showsPaint());
        explorer.glance(g -> g.withOverlays(true));
        assertTrue(state.showsMap());
        assertTrue(state.showsPaint());
        explorer.glance(g -> g.withOverlays(false));
        assertFalse(state.showsMap());
        explorer.turning().stroke(40, 40, 50, 50);
        assertTrue(state.showsPaint());
    }

    @Test
    void theMapOverAnEditedPictureIsItsOwn() {
        drawn();
        explorer.turning().strength(3);
        settled();
        assertTrue(state.map(state.after().orElseThrow()).orElseThrow().max() > 0);
        assertTrue(state.change().orElseThrow() > 0);
    }

    @Test
    void aFlickerShowsBothPicturesInTurns() {
        drawn();
        explorer.compare(Comparison.FLICKER);
        background.rest();
        assertTrue(state.glance().before());
        background.rest();
        assertFalse(state.glance().before());
        background.rest();
        explorer.compare(Comparison.AFTER);
        assertFalse(state.glance().before());
        background.rest();
        background.rest();
        assertFalse(state.glance().before(), "it has ended");
    }

    @Test
    void withoutEditsTheStatusTellsNothingOfFormerOnes() {
        drawn();
        explorer.turning().strength(3);
        settled();
        assertTrue(state.status().sentence().startsWith("Drawn with one edit"));
        explorer.turning().resetAll();
        settled();
        assertEquals(Status.says("No edit acts: the picture is as it was drawn."), state.status());
    }

    @Test
    void anExampleIsDrawnAgainAsItWasRecorded() {
        drawn();
        explorer.steps(9);
        ExamplePicture example = state.details().orElseThrow().examples().get(3);
        explorer.redraw(example);
        background.work();
        assertEquals(new DrawRequest(example.caption(), 3, 4, 0, List.of()), state.before().orElseThrow().request());
        assertEquals(state.request(), state.before().orElseThrow().request());
    }

    @Test
    void theCommandDrawsWhatIsOnTheScreen() {
        drawn();
        explorer.prompt("a dog");
        assertTrue(EquivalentCommand.of(state).contains("'a cat'"), "the cat is still on the screen");
        explorer.turning().strength(3);
        settled();
        assertTrue(EquivalentCommand.of(state).endsWith("*3'"), EquivalentCommand.of(state));
        explorer.compare(Comparison.BEFORE);
        assertFalse(EquivalentCommand.of(state).contains("--feature"));
    }

    @Test
    void aPictureGivesBackWhatItWasDrawnWith() {
        drawn();
        explorer.turning().fill(0, 0, 0.5, 0.5);
        explorer.browsing().select(Optional.of(state.rows().get(2)));
        explorer.turning().mode(EditMode.SCALE);
        explorer.turning().strength(3);
        settled();
        Drawing kept = state.after().orElseThrow();
        Path file = Path.of("kept.png");
        explorer.keeping().save(kept, file);
        background.work();
        assertTrue(state.status().sentence().startsWith("Saved kept.png"));
        assertEquals(2, subject.said(file).get("feature").size());
        explorer.prompt("a dog");
        explorer.steps(2);
        explorer.turning().resetAll();
        settled();
        drawn();
        explorer.keeping().restore(file);
        background.work();
        assertEquals(kept.request().unedited(), state.request());
        assertEquals(kept.request().edits(), state.after().orElseThrow().request().edits());
        assertArrayEquals(kept.picture().argb(), state.after().orElseThrow().picture().argb());
        explorer.undo();
        background.work();
        assertEquals("a dog", state.request().prompt());
    }

    @Test
    void aPictureThatDoesNotSayEverythingIsNotDrawn() {
        explorer.keeping().restore(Path.of("photo.png"));
        background.work();
        assertEquals(Status.trouble("photo.png says nothing of how it was drawn."), state.status());
        drawn();
        Drawing before = state.before().orElseThrow();
        subject.save(new Drawing(new DrawRequest("", 9, 2, 0, List.of()), before.picture(), List.of()), Map.of(), Path.of("half.png"));
        explorer.keeping().restore(Path.of("half.png"));
        background.work();
        assertEquals(9, state.request().seed());
        assertEquals(Status.trouble("half.png: It does not say its prompt, so nothing is drawn."), state.status());
        assertEquals(Optional.of(before), state.before());
    }

    @Test
    void changesThatTheWindowCannotMakeAreTold() {
        drawn();
        FeatureId feature = state.selectedId().orElseThrow();
        FeatureId absent = new FeatureId(new HookPoint("unet.conv_in", Site.OUTPUT), 0);
        List<Intervention> edits = List.of(Intervention.everywhere(feature, Intervention.Mode.REPLACE, 1), Intervention.everywhere(absent, Intervention.Mode.ADD, 1));
        subject.save(new Drawing(new DrawRequest("a fox", 9, 2, 0, edits), state.before().orElseThrow().picture(), List.of()), Map.of(), Path.of("fox.png"));
        explorer.keeping().restore(Path.of("fox.png"));
        background.work();
        assertEquals("a fox", state.before().orElseThrow().request().prompt());
        assertTrue(state.status().trouble());
        assertTrue(state.status().sentence().contains(feature + " cannot be made here."), state.status().sentence());
        assertTrue(state.status().sentence().contains(absent + " cannot be made here."), state.status().sentence());
    }

    @Test
    void anEditOfAnotherBlockIsLookedAtOnceItsFeaturesWereRead() {
        drawn();
        explorer.turning().strength(3);
        Edit edit = state.edits().all().getFirst();
        explorer.browsing().chooseDictionary(1);
        explorer.browsing().look(edit);
        background.work();
        assertEquals(edit, state.current());
        assertEquals(List.of(edit), state.edits().all());
    }

    @Test
    void aNewerDrawingReplacesAnOlderOne() {
        explorer.prompt("old");
        explorer.generate();
        explorer.prompt("new");
        explorer.generate();
        background.work();
        assertEquals("new", state.before().orElseThrow().request().prompt());
        assertTrue(state.work().isEmpty());
    }

    @Test
    void cancellingKeepsWhatWasThere() {
        drawn();
        explorer.prompt("a dog");
        explorer.generate();
        explorer.cancel();
        background.work();
        assertEquals("a cat", state.before().orElseThrow().request().prompt());
        assertTrue(state.work().isEmpty());
        assertFalse(state.status().trouble());
    }

    @Test
    void aFailureIsOneSentenceInTheStatusLine() {
        explorer.prompt("impossible");
        drawn();
        assertEquals(Status.trouble("The prompt 'impossible' cannot be drawn; write another one."), state.status());
        assertTrue(state.before().isEmpty());
    }

    @Test
    void searchingLooksInTheWholeDictionary() {
        drawn();
        explorer.browsing().search("TIGER stripes");
        assertTrue(state.rows().size() > 3);
        assertTrue(state.rows().stream().allMatch(r -> r.label().startsWith("tiger stripes")));
        explorer.browsing().search("#17");
        assertEquals(List.of(17), state.rows().stream().map(r -> r.feature().latent()).toList());
        explorer.browsing().search("no such words");
        assertTrue(state.rows().isEmpty());
        explorer.browsing().search("");
        assertTrue(state.rows().stream().allMatch(r -> r.strength() > 0));
    }

    @Test
    void sortsByAColumnAndTheOtherWayRound() {
        explorer.browsing().sort(Order.Column.LABEL);
        List<String> labels = state.rows().stream().map(FeatureRow::label).filter(label -> !label.isEmpty()).toList();
        assertEquals(labels.stream().sorted(String.CASE_INSENSITIVE_ORDER).toList(), labels);
        assertEquals("", state.rows().getLast().label(), "features without a label stand last");
        explorer.browsing().sort(Order.Column.LATENT);
        assertEquals(0, state.rows().getFirst().feature().latent());
        explorer.browsing().sort(Order.Column.LATENT);
        assertEquals(PaintedSubject.LATENTS - 2, state.rows().getFirst().feature().latent());
    }

    @Test
    void anotherBlockListsItsOwnFeatures() {
        drawn();
        List<FeatureRow> first = state.rows();
        explorer.browsing().chooseDictionary(1);
        background.work();
        assertNotEquals(first, state.rows());
        assertEquals(Optional.of(state.rows().getFirst()), state.selected(), "the strongest feature of the other block");
        assertEquals("unet.up_blocks.0.attentions.1", state.dictionaryInfo().orElseThrow().point().path());
    }

    @Test
    void aNeighbourInAnotherBlockIsGoneTo() {
        drawn();
        FeatureId there = new FeatureId(subject.info().dictionaries().get(1).point(), 42);
        explorer.browsing().select(there);
        background.work();
        assertEquals(there, state.selectedId().orElseThrow());
        assertEquals(1, state.dictionary());
    }

    @Test
    void oneStepsMapCanBeLookedAtAlone() {
        drawn();
        float[] every = state.map().orElseThrow().values();
        double strength = state.rows().getFirst().strength();
        explorer.overlay(state.overlay().withStep(0));
        assertFalse(Arrays.equals(every, state.map().orElseThrow().values()));
        assertTrue(state.rows().getFirst().strength() > strength, "the first step is the strongest of this model");
        explorer.overlay(state.overlay().withStep(-1));
        assertArrayEquals(every, state.map().orElseThrow().values());
    }

    @Test
    void theSameSeedDrawsTheSameAndTheDiceAnother() {
        drawn();
        int[] first = state.before().orElseThrow().picture().argb();
        drawn();
        assertArrayEquals(first, state.before().orElseThrow().picture().argb());
        explorer.dice();
        assertNotEquals(0, state.request().seed());
    }

    @Test
    void iconsAreReadOnceAndEveryoneWhoWaitsIsTold() {
        FeatureId id = new FeatureId(subject.info().dictionaries().getFirst().point(), 3);
        AtomicInteger told = new AtomicInteger();
        assertTrue(explorer.atlas().icon(id, told::incrementAndGet).isEmpty());
        assertTrue(explorer.atlas().icon(id, told::incrementAndGet).isEmpty());
        assertEquals(1, background.waiting());
        background.work();
        assertEquals(2, told.get());
        assertTrue(explorer.atlas().icon(id, told::incrementAndGet).isPresent());
    }

    @Test
    void aFolderThatCannotBeOpenedLeavesTheFormerOneOpen() {
        Explorer other = new Explorer(PaintedSubject.opening((location, moved, monitor) -> {
            if (location.isPresent()) {
                throw RefractException.usage("%s is neither a run nor a model; choose another folder.", location.get());
            }
            return subject;
        }), background);
        other.open(Optional.empty(), false);
        background.work();
        other.open(Optional.of(Path.of("nowhere")), false);
        background.work();
        assertEquals(Status.trouble("nowhere is neither a run nor a model; choose another folder."), other.state().status());
        assertTrue(other.state().subject().isPresent());
        assertFalse(subject.isClosed());
    }

    @Test
    void aRunWhoseModelWasMovedIsOpenedWhereItIsNow() {
        Explorer other = new Explorer(PaintedSubject.opening((location, moved, monitor) -> {
            if (moved.isEmpty()) {
                throw RefractException.usage("The model is gone.");
            }
            return subject;
        }), background);
        other.open(Optional.of(Path.of("elsewhere")), false);
        background.work();
        assertEquals(Optional.empty(), other.state().homeless(), "another trouble");
        Path run = Path.of("runs", "moved");
        other.open(Optional.of(run), false);
        background.work();
        assertEquals(Optional.of(run), other.state().homeless());
        other.open(Optional.of(run), Optional.of(Path.of("new place")), false);
        background.work();
        assertTrue(other.state().subject().isPresent());
        assertEquals(Optional.empty(), other.state().homeless());
    }

    @Test
    void deadFeaturesStandLastInEveryOrder() {
        for (Order.Column column : Order.Column.values()) {
            explorer.browsing().sort(column);
            List<Boolean> alive = state.rows().stream().map(r -> r.feature().alive()).toList();
            assertEquals(PaintedSubject.DEAD, alive.stream().filter(a -> !a).count());
            assertFalse(alive.subList(alive.size() - PaintedSubject.DEAD, alive.size()).contains(true), column + " " + alive);
        }
    }

    @Test
    void closingGivesTheModelsMemoryBack() {
        explorer.close();
        background.work();
        assertTrue(subject.isClosed());
    }
}
