package org.refract.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.pictures.Photo.Fit;
import org.refract.engine.Locations;

/** Masks and pictures as diffusers' {@code VaeImageProcessor} makes them. */
class InpaintingReferenceTest {
    private Path folder;
    private JsonObject cases;
    private BufferedImage photo;
    private Mask mask;

    @BeforeEach
    void read() throws RefractException, IOException {
        folder = new Locations().reference("inpainting");
        cases = JsonParser.parseString(Files.readString(folder.resolve("cases.json"))).getAsJsonObject();
        photo = picture("photo.png");
        mask = Mask.of(picture("mask.png"));
    }

    private BufferedImage picture(String name) throws RefractException {
        return Photo.read(folder.resolve(name)).image();
    }

    private List<JsonObject> cases(String name) {
        List<JsonObject> objects = new ArrayList<>();
        for (JsonElement element : cases.getAsJsonArray(name)) {
            objects.add(element.getAsJsonObject());
        }
        return objects;
    }

    private static int[] numbers(JsonArray array) {
        return array.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }

    private static int[] pixels(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    private static void same(BufferedImage expected, BufferedImage actual, String what) {
        assertEquals(expected.getWidth() + "x" + expected.getHeight(), actual.getWidth() + "x" + actual.getHeight(), what);
        assertArrayEquals(pixels(expected), pixels(actual), what);
    }

    @Test
    void aColouredMaskIsAsBrightAsItLooks() throws RefractException {
        same(picture("coloured_grey.png"), Mask.of(picture("coloured.png")).image(), "grey");
    }

    @Test
    void masksAreBlurredAsInDiffusers() throws RefractException {
        for (JsonElement radius : cases.getAsJsonArray("blurs")) {
            same(picture("blur_" + radius.getAsString() + ".png"), mask.blurred(radius.getAsDouble()).image(), "radius " + radius);
        }
    }

    @Test
    void photosAreScaledAsInDiffusers() throws RefractException {
        for (JsonElement size : cases.getAsJsonArray("resizes")) {
            int[] sides = numbers(size.getAsJsonArray());
            same(picture("resize_" + sides[0] + "x" + sides[1] + ".png"), new Photo(photo).fitted(sides[0], sides[1], Fit.STRETCH), size.toString());
        }
    }

    @Test
    void theRegionAroundAMaskIsThatOfDiffusers() {
        for (JsonObject of : cases("regions")) {
            int[] size = numbers(of.getAsJsonArray("mask"));
            int[] painted = numbers(of.getAsJsonArray("painted"));
            BufferedImage image = new BufferedImage(size[0], size[1], BufferedImage.TYPE_INT_RGB);
            for (int y = painted[1]; y < painted[3]; y++) {
                for (int x = painted[0]; x < painted[2]; x++) {
                    image.setRGB(x, y, 0x010101);
                }
            }
            assertEquals(Optional.of(region(of)), around(Mask.of(image), of), of.toString());
        }
    }

    private static Optional<CropRegion> around(Mask mask, JsonObject of) {
        int[] drawn = numbers(of.getAsJsonArray("size"));
        return CropRegion.around(mask, drawn[0], drawn[1], of.get("padding").getAsInt());
    }

    private static CropRegion region(JsonObject of) {
        int[] corners = numbers(of.getAsJsonArray("region"));
        return new CropRegion(corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]);
    }

    @Test
    void aRegionIsCutOutAndPastedBackAsInDiffusers() throws RefractException {
        for (JsonObject of : cases("pastes")) {
            String name = of.get("name").getAsString();
            int[] drawn = numbers(of.getAsJsonArray("size"));
            Mask blurred = mask.blurred(of.get("blur").getAsDouble());
            CropRegion region = around(blurred, of).orElseThrow();
            assertEquals(region(of), region, name);
            same(picture(name + "_cut.png"), region.cut(photo, drawn[0], drawn[1]), name);
            same(picture(name + "_hole.png"), region.cut(blurred.image(), drawn[0], drawn[1]), name);
            nearly(picture(name + "_pasted.png"), region.pasted(photo, blurred, picture(name + "_drawn.png")), blurred, name);
        }
    }

    /** Equal where the mask is black or white; in between the reference rounds four times and this once. */
    private void nearly(BufferedImage expected, BufferedImage actual, Mask used, String what) {
        int[] levels = used.levels();
        int[] photographed = pixels(photo);
        int[] left = pixels(expected);
        int[] right = pixels(actual);
        for (int i = 0; i < levels.length; i++) {
            boolean pure = levels[i] == 0 || levels[i] == 255;
            for (int shift = 0; shift <= 16; shift += 8) {
                int apart = Math.abs((left[i] >> shift & 0xFF) - (right[i] >> shift & 0xFF));
                assertTrue(apart <= (pure ? 0 : 2), what + " at " + i + " where the mask is " + levels[i] + ": " + apart);
            }
            if (levels[i] == 0) {
                assertEquals(photographed[i], right[i]);
            }
        }
    }

    @Test
    void aBlackMaskHasNoRegion() {
        Mask black = Mask.of(new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB));
        assertEquals(Optional.empty(), CropRegion.around(black, 64, 64, 32));
        assertTrue(black.blurred(4).isBlack());
        assertTrue(Arrays.stream(black.levels()).allMatch(level -> level == 0));
    }
}
