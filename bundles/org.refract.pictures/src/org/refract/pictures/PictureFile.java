package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;

/** A picture file that says how it was drawn. */
public final class PictureFile {
    /** JPEG quality where none is asked for; what the web UIs take is 80, at which prints show blocks. */
    public static final int USUAL_QUALITY = 92;

    private PictureFile() {
    }

    /** A picture as PNG that says nothing of how it was drawn. */
    public static byte[] png(BufferedImage image) {
        return PngFile.bytes(image, PictureText.NONE);
    }

    /** A picture as JPEG that says nothing of how it was drawn; the quality is 1 to 100. */
    public static byte[] jpeg(BufferedImage image, int quality) {
        return JpegFile.bytes(image, PictureText.NONE, quality);
    }

    /** The bytes that a file of that name would have, in the {@link #USUAL_QUALITY usual quality}. */
    public static byte[] bytes(Path file, BufferedImage image, PictureText text) {
        return bytes(file, image, text, USUAL_QUALITY);
    }

    /**
     * The bytes that a file of that name would have: in the format of its ending, PNG where it has none that is known.
     *
     * @param quality of a JPEG, 1 to 100
     */
    public static byte[] bytes(Path file, BufferedImage image, PictureText text, int quality) {
        return switch (PictureFormat.of(file).orElse(PictureFormat.PNG)) {
            case PNG -> PngFile.bytes(image, text);
            case JPEG -> JpegFile.bytes(image, text, quality);
            case WEBP -> WebpFile.bytes(image, text);
        };
    }

    /** The record of a picture that Refract drew; empty for anything else. */
    public static Optional<String> record(Path file) throws RefractException {
        if (!Files.isRegularFile(file) || !isPicture(file)) {
            return Optional.empty();
        }
        byte[] bytes = bytes(file);
        try {
            return text(file.toString(), bytes).record();
        } catch (RefractException damaged) {
            return Optional.empty();
        }
    }

    /** Whether the bytes at a file's beginning are those of a format that can be read. */
    public static boolean isPicture(Path file) {
        try (var stream = Files.newInputStream(file)) {
            byte[] head = stream.readNBytes(12);
            return PngFile.isOne(head) || JpegFile.isOne(head) || WebpFile.isOne(head);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a file is a picture from its beginning to its end. */
    public static boolean isWhole(Path file) throws RefractException {
        return isPicture(file) && isWhole(bytes(file));
    }

    /** Whether nothing is cut off at the end of a picture, as far as its format tells. */
    static boolean isWhole(byte[] bytes) {
        return PngFile.isOne(bytes) ? PngFile.isWhole(bytes) : JpegFile.isOne(bytes) ? JpegFile.isWhole(bytes) : !WebpFile.isOne(bytes) || WebpFile.isWhole(bytes);
    }

    /**
     * Reads what a PNG, JPEG or WebP file says of how it was drawn.
     *
     * @throws RefractException if it is no such file, or damaged
     */
    public static PictureText text(Path file) throws RefractException {
        return text(file.toString(), bytes(file));
    }

    /** @param file what sentences call it */
    static PictureText text(String file, byte[] bytes) throws RefractException {
        try {
            if (PngFile.isOne(bytes)) {
                return PngFile.text(bytes);
            }
            if (JpegFile.isOne(bytes)) {
                return JpegFile.text(bytes);
            }
            if (WebpFile.isOne(bytes)) {
                return Exif.read(WebpFile.facts(bytes).exif()).text();
            }
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw RefractException.usage("%s is a damaged picture: it ends in the middle.", file);
        } catch (IllegalArgumentException e) {
            throw RefractException.usage("%s is a damaged picture: %s.", file, e.getMessage());
        }
        throw RefractException.usage("%s is not a PNG, JPEG or WebP file.", file);
    }

    static byte[] bytes(Path file) throws RefractException {
        return EncodedPicture.of(file).bytes();
    }
}
