package org.refract.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.pictures.Photo.Fit;

class PhotoTest {
    private static final int RED = 0xFFFF0000;
    private static final int BLUE = 0xFF0000FF;

    @TempDir
    Path folder;

    /** Left half red, right half blue. */
    private static BufferedImage halves(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, i % width < width / 2 ? RED : BLUE);
        }
        return image;
    }

    @ParameterizedTest
    @CsvSource({"1,red", "2,blue", "3,blue", "4,red", "5,top", "6,top", "7,bottom", "8,bottom"})
    void aPhotoIsTurnedAsTheCameraWasHeld(int orientation, String red) throws IOException, RefractException {
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        ImageIO.write(halves(64, 32), "jpg", jpeg);
        byte[] plain = jpeg.toByteArray();
        byte[] exif = {(byte) 0xFF, (byte) 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0,
            (byte) orientation, 0, 0, 0, 0, 0, 0};
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(plain, 0, 2);
        whole.write(exif);
        whole.write(plain, 2, plain.length - 2);
        Path file = Files.write(folder.resolve("photo.jpg"), whole.toByteArray());
        BufferedImage upright = Photo.read(file).image();
        assertEquals(orientation < 5 ? 64 : 32, upright.getWidth());
        int x = red.equals("blue") ? upright.getWidth() - 8 : 8;
        int y = red.equals("bottom") ? upright.getHeight() - 8 : 8;
        assertEquals(0xFF, upright.getRGB(x, y) >> 16 & 0xFF, 12);
        assertEquals(0, upright.getRGB(upright.getWidth() - 1 - x, upright.getHeight() - 1 - y) >> 16 & 0xFF, 12);
    }

    @Test
    void aPhotoOfTheRightSizeIsNotChanged() {
        BufferedImage fitted = new Photo(halves(64, 32)).fitted(64, 32, Fit.CROP);
        assertEquals(RED, fitted.getRGB(31, 0));
        assertEquals(BLUE, fitted.getRGB(32, 0));
    }

    @Test
    void croppingKeepsTheMiddleStretchingAllPaddingTheEdges() {
        Photo wide = new Photo(halves(200, 50));
        assertEquals(RED, wide.fitted(48, 48, Fit.CROP).getRGB(2, 20));
        assertEquals(BLUE, wide.fitted(48, 48, Fit.STRETCH).getRGB(46, 20));
        BufferedImage padded = wide.fitted(48, 48, Fit.PAD);
        assertEquals(RED, padded.getRGB(0, 0));
        assertEquals(BLUE, padded.getRGB(47, 47));
    }

    @Test
    void transparencyIsWhite() throws IOException, RefractException {
        Path file = folder.resolve("clear.png");
        ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_INT_ARGB), "png", file.toFile());
        assertEquals(0xFFFFFFFF, Photo.read(file).image().getRGB(1, 1));
    }

    @Test
    void webpPhotosAreRead() throws IOException, RefractException {
        byte[] lossy = Base64.getDecoder().decode("UklGRloAAABXRUJQVlA4IE4AAAAwBACdASogABAAPm0qkUWkIqGYBABABsS0AE6ZQjgbwD8QPxV5AADlwgAA/vAb39klp+2/+0nCeXjC/7m0K8ysM/9hn"
                + "/rw6Erph7uwAAA=");
        BufferedImage photo = Photo.read(Files.write(folder.resolve("a.webp"), lossy)).image();
        assertEquals(32, photo.getWidth());
        assertEquals(200, photo.getRGB(3, 3) >> 16 & 0xFF, 8);
        assertEquals(220, photo.getRGB(28, 8) & 0xFF, 8);
    }

    @Test
    void whatWasDrawnAsWebpCanBeBegunWithToThePixel() throws IOException, RefractException {
        Path file = folder.resolve("a.webp");
        BufferedImage drawn = PictureFileTest.image(50, 30);
        Files.write(file, PictureFile.bytes(file, drawn, PictureText.of("a", "{}")));
        BufferedImage read = Photo.read(file).image();
        assertArrayEquals(drawn.getRGB(0, 0, 50, 30, null, 0, 50), read.getRGB(0, 0, 50, 30, null, 0, 50));
    }

    @Test
    void greyWithTransparencyKeepsItsLevels() throws IOException, RefractException {
        BufferedImage grey = Photo.read(Files.write(folder.resolve("grey.png"), Base64.getDecoder().decode(
                "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR4nGNs+M/AAAAFBwGBOrj1mwAAAABJRU5ErkJggg=="))).image();
        assertEquals(0xFF808080, grey.getRGB(0, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg", "a.webp"})
    void aPhotoThatEndsInTheMiddleIsASentence(String name) throws RefractException, IOException {
        Path file = folder.resolve(name);
        Files.write(file, PictureFile.bytes(file, PictureFileTest.image(64, 64), PictureText.of("a", "{}")));
        assertTrue(PictureFile.isWhole(file));
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length * 3 / 4));
        assertFalse(PictureFile.isWhole(file));
        assertTrue(assertThrows(RefractException.class, () -> Photo.read(file)).getMessage().endsWith("is a damaged picture: it ends in the middle."));
    }

    @Test
    void aStripIsCroppedWithoutBeingScaledAsAWhole() {
        BufferedImage fitted = new Photo(halves(60_000, 1)).fitted(2048, 2048, Fit.CROP);
        assertTrue((fitted.getRGB(100, 7) >> 16 & 0xFF) > 240);
        assertTrue((fitted.getRGB(1900, 2000) & 0xFF) > 240);
        assertEquals(48, new Photo(halves(1, 60_000)).fitted(48, 2000, Fit.CROP).getWidth());
    }

    @Test
    void whatIsNoPictureIsASentence() throws IOException {
        Path file = Files.writeString(folder.resolve("a.png"), "no picture");
        assertEquals(2, assertThrows(RefractException.class, () -> Photo.read(file)).exitCode());
        assertEquals(2, assertThrows(RefractException.class, () -> Photo.read(folder)).exitCode());
        assertEquals(2, assertThrows(RefractException.class, () -> Photo.read(folder.resolve("missing.png"))).exitCode());
    }

    @Test
    void channelsAndBrightnessAreSharesOfWhite() {
        BufferedImage two = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        two.setRGB(1, 0, 0xFF8000);
        float[] channels = Photo.channels(two);
        assertEquals(1f, channels[1]);
        assertEquals(128 / 255f, channels[3]);
        assertEquals((76 + 75) / 255f, Mask.of(two).shares()[1]);
    }
}
