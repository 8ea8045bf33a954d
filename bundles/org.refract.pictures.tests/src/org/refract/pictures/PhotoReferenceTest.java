package org.refract.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.engine.Locations;

/** Photos and masks against Pillow: orientation in every format, inks, profiles, transparency, depth. */
class PhotoReferenceTest {
    private static Path folder;
    private static JsonObject cases;

    @BeforeAll
    static void read() throws RefractException, IOException {
        folder = new Locations().reference("photos");
        cases = JsonParser.parseString(Files.readString(folder.resolve("cases.json"))).getAsJsonObject();
        assertTrue(cases.size() > 40);
    }

    private static byte[] levels(JsonObject of, String name) {
        return HexFormat.of().parseHex(of.get(name).getAsString());
    }

    /** Rounding in another order is allowed where a profile is applied, and where JPEG's brightness and differences become inks. */
    private static int tolerance(String name) {
        return name.startsWith("profile_wide") || name.startsWith("ycck") ? 1 : 0;
    }

    @Test
    void everyFormIsReadAsPillowReadsIt() throws RefractException {
        for (String name : cases.keySet()) {
            JsonObject wanted = cases.getAsJsonObject(name);
            BufferedImage photo = Photo.read(folder.resolve(name)).image();
            assertEquals(wanted.getAsJsonArray("size").asList().stream().map(n -> n.getAsInt()).toList(), List.of(photo.getWidth(), photo.getHeight()), name);
            byte[] levels = levels(wanted, "photo");
            for (int i = 0; i < levels.length; i++) {
                int pixel = photo.getRGB(i / 3 % photo.getWidth(), i / 3 / photo.getWidth());
                assertEquals(levels[i] & 0xFF, pixel >> 16 - 8 * (i % 3) & 0xFF, tolerance(name), name + " at " + i);
            }
        }
    }

    @Test
    void everyFormIsTheMaskThatPillowMakesOfIt() throws RefractException {
        for (String name : cases.keySet()) {
            byte[] levels = levels(cases.getAsJsonObject(name), "mask");
            float[] shares = Mask.read(folder.resolve(name)).shares();
            assertEquals(levels.length, shares.length, name);
            for (int i = 0; i < levels.length; i++) {
                assertEquals(levels[i] & 0xFF, Math.round(shares[i] * 255), tolerance(name), name + " at " + i);
            }
        }
    }
}
