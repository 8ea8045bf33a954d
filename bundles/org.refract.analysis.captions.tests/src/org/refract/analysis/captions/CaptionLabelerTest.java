package org.refract.analysis.captions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Label;
import org.refract.api.analysis.Labeler;

class CaptionLabelerTest {
    private static final List<String> NAMES = List.of("red heart", "green apple", "dog face", "cat face", "rocket", "house", "sun", "green heart",
            "white circle", "crown", "bell", "car", "tulip", "pizza", "ghost");
    private static final List<String> COLOURS = List.of("white", "black", "red", "green", "blue", "yellow", "teal", "brown");
    private static final List<String> STYLES = List.of("noto style", "twemoji style");

    private final List<String> prompts = prompts();
    private final Labeler.Session session = new CaptionLabeler().open(prompts);

    @Test
    void aBackgroundColourIsFoundInATemplate() throws Exception {
        assertEquals("teal background", label(p -> p.contains("on a teal background")).orElseThrow().text());
    }

    @Test
    void aColourThatIsAlsoANameIsToldApart() throws Exception {
        assertEquals("white circle", label(p -> p.startsWith("white circle")).orElseThrow().text());
        assertEquals("white background", label(p -> p.contains("white background")).orElseThrow().text());
    }

    @Test
    void aNameIsGivenWhole() throws Exception {
        assertEquals("green apple", label(p -> p.startsWith("green apple")).orElseThrow().text());
        List<String> more = new ArrayList<>(prompts);
        more.replaceAll(p -> p.replace("rocket", "large blue diamond"));
        assertEquals("large blue diamond", new CaptionLabeler().open(more).label(examples(more.stream().filter(p -> p.contains("large")).limit(9).toList()))
                .orElseThrow().text());
    }

    @Test
    void aStyleIsFound() throws Exception {
        assertEquals("twemoji style", label(p -> p.contains("twemoji")).orElseThrow().text());
    }

    @Test
    void aWordThatSeveralNamesShareComesBeforeTheNames() throws Exception {
        assertTrue(label(p -> p.contains("face")).orElseThrow().text().startsWith("face"));
    }

    @Test
    void twoThingsThatGoTogetherAreBothNamed() throws Exception {
        String text = label(p -> p.contains("ghost") && p.contains("black background")).orElseThrow().text();
        assertTrue(text.contains("ghost") && text.contains("black background"), text);
    }

    @Test
    void examplesThatNothingSetsApartStayWithoutAName() throws Exception {
        int named = 0;
        Random random = new Random(4);
        for (int i = 0; i < 100; i++) {
            List<String> any = new ArrayList<>();
            for (int j = 0; j < 12; j++) {
                any.add(prompts.get(random.nextInt(prompts.size())));
            }
            named += session.label(examples(any)).isPresent() ? 1 : 0;
        }
        assertTrue(named <= 5, named + " of 100 random sets were named");
        assertTrue(session.label(List.of()).isEmpty());
        assertTrue(session.label(examples(prompts.subList(0, 1))).isEmpty());
    }

    @Test
    void weakExamplesDoNotSpeakForTheFeature() throws Exception {
        List<Example> examples = new ArrayList<>();
        prompts.stream().filter(p -> p.contains("pizza")).limit(8).forEach(p -> examples.add(example(p, 5)));
        prompts.stream().filter(p -> !p.contains("pizza")).limit(8).forEach(p -> examples.add(example(p, 0.5)));
        assertEquals("pizza", session.label(examples).orElseThrow().text());
    }

    @Test
    void labelsAreTheSameEveryTime() throws Exception {
        assertEquals(label(p -> p.contains("face")), new CaptionLabeler().open(prompts).label(examples(chosen(p -> p.contains("face")))));
    }

    @Test
    void phrasesEndAtPunctuationAndNeverWithAJoiningWord() {
        assertEquals(Set.of("cat's", "cat's eye", "eye", "cat's eye view", "eye view", "view", "sky-blue", "sky-blue sea", "sea", "end"),
                Phrases.of("A cat's eye view, of the sky-blue   sea (and - the END)"));
        assertEquals(Set.of(), Phrases.of(""));
        assertEquals(Set.of("猫", "3"), Phrases.of("猫; 3!"));
    }

    @Test
    void theScoreIsTheOneOfTheFormula() {
        double a = 10 * 30.0 / 100;
        double delta = Math.log((8 + a) / (10 + 10 - 8 - a)) - Math.log((22 + a) / (90 + 10 - 22 - a));
        assertEquals(delta / Math.sqrt(1 / (8 + a) + 1 / (22 + a)), LogOdds.z(8, 10, 22, 90), 1e-12);
        assertEquals(0, LogOdds.z(1, 10, 9, 90), 1e-12);
    }

    private Optional<Label> label(Predicate<String> wanted) throws Exception {
        return session.label(examples(chosen(wanted)));
    }

    private List<String> chosen(Predicate<String> wanted) {
        return prompts.stream().filter(wanted).limit(16).toList();
    }

    private static List<Example> examples(List<String> captions) {
        return captions.stream().map(c -> example(c, 1)).toList();
    }

    private static Example example(String caption, double strength) {
        return new Example(0, caption, strength, strength, new float[1], 1, 1);
    }

    private static List<String> prompts() {
        Random random = new Random(1);
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            prompts.add(NAMES.get(random.nextInt(NAMES.size())) + ", " + STYLES.get(random.nextInt(2)) + ", on a "
                    + COLOURS.get(random.nextInt(COLOURS.size())) + " background");
        }
        return prompts;
    }
}
