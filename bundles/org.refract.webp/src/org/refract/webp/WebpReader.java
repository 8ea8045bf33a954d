package org.refract.webp;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Reads WebP, lossy or lossless, by TwelveMonkeys' decoder in pure Java. */
public final class WebpReader {
    private WebpReader() {
    }

    /**
     * The first picture of a file.
     *
     * @param file its bytes
     * @throws IOException if it is damaged
     */
    public static BufferedImage read(byte[] file) throws IOException {
        ImageReader reader = new WebPImageReaderSpi().createReaderInstance();
        try (ImageInputStream stream = new Ending(file)) {
            reader.setInput(stream);
            return reader.read(0);
        } catch (RuntimeException damaged) {
            throw new IOException("it is damaged", damaged);
        } finally {
            reader.dispose();
        }
    }

    /**
     * Bytes that end. Behind the end, the decoder would go on with the last eight for ever, and build a hundred thousand tables of them; with
     * zeros there, it asks for a place that shows how far it has come.
     */
    private static final class Ending extends MemoryCacheImageInputStream {
        /** Bytes that the decoder looks ahead. */
        private static final int AHEAD = Long.BYTES;

        private final long length;

        private Ending(byte[] file) {
            super(new ByteArrayInputStream(Arrays.copyOf(file, file.length + 3 * AHEAD)));
            this.length = file.length;
        }

        @Override
        public void seek(long position) throws IOException {
            if (position > length + AHEAD) {
                throw new IOException("it ends within its pixels");
            }
            super.seek(position);
        }
    }
}
