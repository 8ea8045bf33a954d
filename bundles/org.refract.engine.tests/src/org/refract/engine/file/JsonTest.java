package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.json.Json;

class JsonTest {

    private static final String TEXT =
            "{\"name\":\"sdxl\",\"width\":1280,\"lr\":1e-4,\"on\":true,\"none\":null,\"shape\":[1,2],\"inner\":{\"list\":[{\"k\":\"v\"}]},\"big\":9007199254740993}";

    @TempDir Path folder;

    @Test
    void valuesAreReadByTheirKind() throws RefractException {
        Json json = Json.parse("a.json", TEXT);
        assertEquals("sdxl", json.at("name").text());
        assertEquals(1280, json.at("width").integer(1, 5000));
        assertEquals(1e-4, json.at("lr").number());
        assertTrue(json.at("on").flag());
        assertFalse(json.has("none"));
        assertArrayEquals(new long[] {1, 2}, json.at("shape").integers());
        assertArrayEquals(new double[] {1, 2}, json.at("shape").numbers());
        assertEquals("v", json.at("inner").at("list").items().getFirst().at("k").text());
        assertEquals(9007199254740993L, json.at("big").integer());
        assertEquals(7, json.fields().size());
    }

    @Test
    void aWrongValueIsNamedWithItsPlace() throws RefractException {
        Json json = Json.parse("a.json", TEXT);
        said("a.json is wrong: 'name' should be a whole number, it is \"sdxl\".", () -> json.at("name").integer());
        said("a.json is wrong: 'lr' should be a whole number, it is 0.0001.", () -> json.at("lr").integer());
        said("a.json is wrong: 'width' should be a whole number from 1 to 100, it is 1280.", () -> json.at("width").integer(1, 100));
        said("a.json is wrong: 'inner.list[0].k' should be true or false, it is \"v\".", () -> json.at("inner").at("list").items().getFirst().at("k").flag());
        said("a.json lacks 'depth' in inner.", () -> json.at("inner").at("depth"));
        said("a.json lacks 'none'.", () -> json.at("none"));
        said("a.json is wrong: 'shape' should be an object with fields, it is [1,2].", () -> json.at("shape").at("x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\":}", "{\"a\":1,}", "[1,]", "{'a':1}", "{a:1}", "{\"a\":1} x", "// c\n{}", "{\"a\":1,\"a\":2}", "nan", "-NaN", "NaN1", "1NaN", "[NaN 1]", "+Infinity",
            "--Infinity", "{NaN:1}", "[Infinity.0]", "{\"a\":01}", "nul"})
    void malformedTextIsRefused(String text) {
        String said = assertThrows(RefractException.class, () -> Json.parse("a.json", text)).getMessage();
        assertTrue(said.startsWith("a.json is not a valid JSON file: "), said);
        assertEquals(1, said.lines().count());
    }

    @Test
    void wordsThatPythonWritesForNumbersAreNumbersAndNotFinite() throws RefractException {
        Json json = Json.parse("a.json", "{\"a\": 1.5, \"l0\": NaN, \"all\": [-Infinity, 2, Infinity,NaN], \"say\": \"\\\"NaN, -Infinity\", \"z\": -3}");
        assertEquals(1.5, json.at("a").number());
        assertEquals(-3, json.at("z").integer());
        assertEquals("\"NaN, -Infinity", json.at("say").text());
        assertTrue(json.at("l0").isNumber());
        assertEquals(Double.NaN, json.at("l0").element().getAsDouble());
        assertEquals(List.of(Double.NEGATIVE_INFINITY, 2.0, Double.POSITIVE_INFINITY, Double.NaN),
                json.at("all").element().getAsJsonArray().asList().stream().map(JsonElement::getAsDouble).toList());
        said("a.json is wrong: 'l0' should be a number, it is NaN.", () -> json.at("l0").number());
        said("a.json is wrong: 'all[0]' should be a whole number, it is -Infinity.", () -> json.at("all").items().getFirst().integer());
    }

    @Test
    void whatStandsAfterSuchAWordIsStillNamedAtItsPlace() {
        said("a.json is not a valid JSON file: malformed at line 1 column 20 path $.b.", () -> Json.parse("a.json", "{\"a\":-Infinity,\"b\"=1}"));
    }

    @Test
    void deepNestingIsRefused() {
        assertThrows(RefractException.class, () -> Json.parse("a.json", "[".repeat(1_000_000)));
    }

    @Test
    void moreValuesThanAnyToolWritesAreRefusedBeforeTheyFillTheMemory() {
        String said = assertThrows(RefractException.class, () -> Json.parse("a.json", "[" + "0,".repeat(5 << 20) + "0]")).getMessage();
        assertTrue(said.contains("more than"), said);
    }

    @Test
    void aNumberThatWouldFillTheMemoryIsRefused() throws RefractException {
        Json json = Json.parse("a.json", "{\"n\":1e999999999}");
        assertThrows(RefractException.class, () -> json.at("n").integer());
        assertThrows(RefractException.class, () -> json.at("n").number());
    }

    @Test
    void aFileThatIsMissingOrNotTextIsRefused() throws Exception {
        Path missing = folder.resolve("a.json");
        said("There is no file " + missing + ".", () -> Json.read(missing));
        Files.write(missing, new byte[] {'{', (byte) 0xc3, '}'});
        said(missing + " is not a JSON file: its text is not UTF-8.", () -> Json.read(missing));
    }

    @Test
    void threeThousandMutationsEndInASentenceOrAValue() {
        Random random = new Random(7);
        for (int i = 0; i < 3000; i++) {
            byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
            for (int n = random.nextInt(4); n >= 0; n--) {
                text[random.nextInt(text.length)] = (byte) random.nextInt(256);
            }
            try {
                Json json = Json.parse("a.json", text);
                json.at("name").text();
                json.at("width").integer();
                json.at("inner").at("list").items();
            } catch (RefractException e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
    }

    @Test
    void writtenTextIsReadBack() throws RefractException {
        Json json = Json.parse("a.json", TEXT);
        assertEquals(json.element(), Json.parse("b.json", Json.text(json.element())).element());
        assertEquals(List.of("x"), Json.parse("c.json", "[\"x\"]").texts());
    }

    private static void said(String sentence, Executable action) {
        assertEquals(sentence, assertThrows(RefractException.class, action).getMessage());
    }
}
