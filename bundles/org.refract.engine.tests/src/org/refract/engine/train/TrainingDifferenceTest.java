package org.refract.engine.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** In what a training differs from the one in its folder. */
final class TrainingDifferenceTest {

    private static final String ONE = "{\"batch\":512,\"seed\":0,\"tasks\":[{\"name\":\"mid\",\"variant\":\"topk\",\"k\":\"4\"}]}";

    private static String two(int batch, String... k) {
        return "{\"batch\":%d,\"tasks\":[{\"name\":\"a\",\"k\":\"%s\"},{\"name\":\"b\",\"k\":\"%s\"}]}".formatted(batch, k[0], k[1]);
    }

    @Test
    void theSameTrainingDiffersInNothing() {
        assertEquals("", TrainingDifference.between(ONE, ONE));
    }

    @Test
    void whatWasAndWhatIsAreNamed() {
        assertEquals("batch was 512 and is 64, k was 4 and is 8", TrainingDifference.between(ONE, ONE.replace("512", "64").replace("\"4\"", "\"8\"")));
        assertEquals("k was 4 and is not set", TrainingDifference.between(ONE, ONE.replace(",\"k\":\"4\"", "")));
    }

    @Test
    void ofSeveralDictionariesTheOneIsNamed() {
        assertEquals("b's k was 2 and is 3", TrainingDifference.between(two(1, "1", "2"), two(1, "1", "3")));
    }

    @Test
    void otherDictionariesAreNotComparedFieldByField() {
        assertEquals("batch was 512 and is 1, seed was 0 and is not set, its dictionaries were mid and are a, b",
                TrainingDifference.between(ONE, two(1, "1", "2")));
    }
}
