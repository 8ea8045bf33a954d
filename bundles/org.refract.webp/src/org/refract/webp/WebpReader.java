package org.refract.webp;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(stream);
            return reader.read(0);
        } catch (RuntimeException damaged) {
            throw new IOException("it is damaged", damaged);
        } finally {
            reader.dispose();
        }
    }
}
