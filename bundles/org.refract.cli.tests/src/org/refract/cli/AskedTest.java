package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AskedTest {
    private static final List<String> NAMES = List.of("generate", "train");

    /** Which of the named commands, and of one whose service says no name, are made. */
    private static List<String> made(String... arguments) {
        var needs = Asked.needs(List.of(arguments), NAMES);
        return List.of("generate", "train", "").stream().filter(name -> needs.test(Optional.of(name).filter(n -> !n.isEmpty()))).toList();
    }

    @Test
    void aCallMakesTheCommandThatItNames() {
        assertEquals(List.of("train"), made("train", "recordings/*", "-o", "generate"));
        assertEquals(List.of("train"), made("-q", "--debug", "train"));
        assertEquals(List.of("train"), made("--threads", "2", "train"));
        assertEquals(List.of("train"), made("--threads=2", "train"));
        assertEquals(List.of("generate"), made("help", "generate"));
        assertEquals(List.of("generate"), made("generate", "--help"));
    }

    @Test
    void theListOfCommandsAndAnUnknownNameNeedAll() {
        List<String> all = List.of("generate", "train", "");
        assertEquals(all, made());
        assertEquals(all, made("--help"));
        assertEquals(all, made("help"));
        assertEquals(all, made("trian"));
        assertEquals(all, made("help", "trian"));
    }
}
