package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.json.Json;

/** A field of a foreign configuration is understood, harmless by name, neutral by value, or refused by name. */
final class KnownFieldsTest {

    private static final KnownFields KNOWN =
            new KnownFields("tool 1", Set.of("k"), Map.of("scale", List.of("1"), "mode", List.of("in", "out"), "extra", List.of("false", "[]")), Set.of("lr", "tags"));

    private static Map<String, String> check(String json) throws RefractException {
        return KNOWN.check(Json.parse("cfg.json", json));
    }

    @Test
    void harmlessFieldsAreFactsAndNeutralValuesAreNothing() throws RefractException {
        assertEquals(Map.of("lr", "0.1"), check("{\"k\":3,\"lr\":0.1,\"tags\":[1],\"scale\":1.0,\"mode\":\"in\",\"extra\":false,\"other\":null}"));
        assertEquals(Map.of("lr", "NaN"), check("{\"lr\":NaN,\"scale\":1e0,\"extra\":[]}"));
    }

    @Test
    void everyOtherFieldIsNamed() {
        said("cfg.json has 'signed' (true), which is no field of tool 1 that is known here: it may change what is computed. If it does not, delete it from that file.",
                "{\"k\":3,\"signed\":true}");
        said("cfg.json is wrong: 'scale' should be 1, as nothing else of it can be computed here, it is 0.5.", "{\"scale\":0.5}");
        said("cfg.json is wrong: 'mode' should be in or out, as nothing else of it can be computed here, it is \"both\".", "{\"mode\":\"both\"}");
        said("cfg.json is wrong: 'scale' should be 1, as nothing else of it can be computed here, it is NaN.", "{\"scale\":NaN}");
    }

    private static void said(String sentence, String json) {
        assertEquals(sentence, assertThrows(RefractException.class, () -> check(json)).getMessage());
    }
}
