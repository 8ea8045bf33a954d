package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;

class SeedListTest {

    @Test
    void listsRangesAndRandomSeedsAreRead() throws RefractException {
        assertEquals(List.of(1L, 2L, 5L, 6L, 7L, 99L), SeedList.parse("1, 2,5-7,-1", () -> 99).seeds());
        assertTrue(SeedList.parse("7", () -> 99).open());
        assertFalse(SeedList.parse("7-7", () -> 99).open());
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, 0, -2})
    void anyLongIsASeed(long seed) throws RefractException {
        assertEquals(List.of(seed), SeedList.parse(Long.toString(seed), () -> 99).seeds());
    }

    @Test
    void aRangeMayEndAtTheLargestSeed() throws RefractException {
        assertEquals(List.of(Long.MAX_VALUE - 1, Long.MAX_VALUE), SeedList.parse("9223372036854775806-9223372036854775807", () -> 99).seeds());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "1-", "3-2", "1,,2", "0-100000", "0-99999,1", "-9223372036854775808-9223372036854775807", "18446744073709551616", "-9223372036854775809"})
    void whatAreNoSeedsIsASentence(String text) {
        assertTrue(assertThrows(RefractException.class, () -> SeedList.parse(text, () -> 99)).getMessage().contains("are no seeds"));
    }

    @Test
    void seedsHaveSixtyFourBitsAsThoseOfComfyUi() throws RefractException {
        assertEquals(List.of(-1L), SeedList.parse("18446744073709551615", () -> 99).seeds());
        assertEquals(List.of(Long.MAX_VALUE, Long.MIN_VALUE), SeedList.parse("9223372036854775807-9223372036854775808", () -> 99).seeds());
        assertEquals("18446744073709551615", SeedList.text(-1));
    }

    @Test
    void thereAreAtMostAHundredThousand() throws RefractException {
        assertEquals(100_000, SeedList.parse("0-99999", () -> 99).seeds().size());
    }
}
