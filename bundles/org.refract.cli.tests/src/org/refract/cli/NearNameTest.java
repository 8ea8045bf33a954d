package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearNameTest {
    private static final List<String> NAMES = List.of("--steps", "--seed", "--size", "--stream", "-m");

    @Test
    void aSlipOfTheFingersIsRecognised() {
        assertEquals(List.of("--steps"), NearName.of("--stpes", NAMES));
        assertEquals(List.of("--seed"), NearName.of("--sed", NAMES).subList(0, 1));
        assertEquals(List.of("--stream"), NearName.of("--str", NAMES));
        assertEquals(List.of(), NearName.of("--nothing", NAMES));
        assertEquals(List.of(), NearName.of("-z", NAMES));
    }

    @Test
    void lettersThatChangedPlacesAreOneDifference() {
        assertEquals(1, NearName.distance("ab", "ba"));
        assertEquals(3, NearName.distance("kitten", "sitting"));
        assertEquals(4, NearName.distance("", "four"));
    }
}
