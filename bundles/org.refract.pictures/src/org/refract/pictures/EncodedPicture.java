package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.refract.api.RefractException;

/**
 * The bytes of a picture in a format that Java reads. A small file can claim any size, so its pixels are counted before they are decoded; what
 * else it carries (texts, profiles) is not unpacked.
 *
 * @param name  what sentences call it
 * @param bytes the whole file
 */
public record EncodedPicture(String name, byte[] bytes) {
    /** Pixels that no photo has more of. */
    public static final int LARGEST = 1 << 27;

    private static final long LONGEST = 1L << 30;
    /** Pixels that any file may have: 16 MiB when they are decoded. */
    private static final long ALWAYS = 1 << 22;
    /** Above that, for each byte of the file: what deflate packs into one at most, of eight pixels each; photos have about 3. */
    private static final long FOR_EACH_BYTE = 8 * 1032;
    /** The same for JPEG, which says something of each block of 64 pixels in one bit or more (ITU-T T.81, F.1.2 and G.1.2). */
    private static final long FOR_EACH_BYTE_OF_JPEG = 8 * 64;

    /** Decodes, and closes the reader. */
    private interface Reading<T> {
        T from(ImageReader reader) throws IOException, RefractException;
    }

    /** Reads a file. */
    public static EncodedPicture of(Path file) throws RefractException {
        try {
            if (Files.isDirectory(file)) {
                throw RefractException.usage("%s is a folder, not a picture.", file);
            }
            if (Files.size(file) > LONGEST) {
                throw RefractException.usage("%s is too long for a picture (%d bytes).", file, Files.size(file));
            }
            return new EncodedPicture(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw RefractException.unreadable(file, e);
        }
    }

    /**
     * The pixels, in the colours that the file has; empty if its format is not known.
     *
     * @throws RefractException if it is damaged or has too many pixels
     */
    public Optional<BufferedImage> decoded() throws RefractException {
        return with(reader -> {
            check(reader.getWidth(0), reader.getHeight(0));
            return reader.read(0);
        });
    }

    /**
     * The levels of a picture with four colours, as they stand in the file.
     *
     * @throws RefractException if it is damaged or has too many pixels
     */
    public Raster raster() throws RefractException {
        return with(reader -> {
            check(reader.getWidth(0), reader.getHeight(0));
            return reader.readRaster(0, null);
        }).orElseThrow(() -> RefractException.usage("%s is no picture that can be read here; save it as PNG, JPEG or WebP.", name));
    }

    /** Width and height as the file's head tells them, empty if its format is not known. */
    public Optional<int[]> size() throws RefractException {
        return with(reader -> new int[] {reader.getWidth(0), reader.getHeight(0)});
    }

    /**
     * Refuses a size that such a file should not have.
     *
     * @throws RefractException if there are too many pixels
     */
    public void check(long width, long height) throws RefractException {
        if (width < 1 || height < 1) {
            throw RefractException.usage("%s is a damaged picture: it has %d x %d pixels.", name, width, height);
        }
        if (width > LARGEST / height) {
            throw RefractException.usage("%s has %d x %d pixels, too many to read; scale it down.", name, width, height);
        }
        if (width * height > ALWAYS + (isJpeg() ? FOR_EACH_BYTE_OF_JPEG : FOR_EACH_BYTE) * bytes.length) {
            throw RefractException.usage("%s has only %d bytes and says that it has %d x %d pixels, too many to read for so little; scale it down.", name,
                    bytes.length, width, height);
        }
    }

    private boolean isJpeg() {
        return bytes.length > 2 && (bytes[0] & 0xFF) == 0xFF && (bytes[1] & 0xFF) == 0xD8;
    }

    private <T> Optional<T> with(Reading<T> reading) throws RefractException {
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                return Optional.empty();
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, false, true);
                return Optional.of(reading.from(reader));
            } finally {
                reader.dispose();
            }
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException | NegativeArraySizeException
                | ArithmeticException | ClassCastException | NullPointerException damaged) {
            // Java's decoders meet damaged files with any of these.
            throw RefractException.usage(damaged, "%s is a damaged picture.", name);
        }
    }
}
