package org.refract.engine.intervene;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention.Mask;

/**
 * A painted area as one word, so that a command line can hold it: {@code mask:ROWSxCOLUMNS:} and the weights in 255ths, one byte each in
 * row-major order, deflated (RFC 1950) and written in base64 for URLs (RFC 4648, section 5). A mask of zeros and ones comes back exactly.
 */
public final class MaskText {
    private static final Pattern FORM = Pattern.compile("mask:(\\d{1,5})x(\\d{1,5}):([\\w-]+)");
    private static final int LARGEST = 1 << 26;
    private static final int FULL = 255;

    private MaskText() {
    }

    /** Whether a text means to be one. */
    public static boolean isMask(String text) {
        return text.startsWith("mask:");
    }

    /** The word for a mask. */
    public static String of(Mask mask) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater best = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream deflated = new DeflaterOutputStream(bytes, best)) {
            for (float weight : mask.weights()) {
                deflated.write(Math.round(Math.clamp(weight, 0f, 1f) * FULL));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            best.end();
        }
        return "mask:" + mask.rows() + "x" + mask.columns() + ":" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    /**
     * Reads such a word.
     *
     * @throws RefractException if it is cut short or changed
     */
    public static Mask read(String text) throws RefractException {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw damaged();
        }
        int rows = Integer.parseInt(parts.group(1));
        int columns = Integer.parseInt(parts.group(2));
        if (rows < 1 || columns < 1 || (long) rows * columns > LARGEST) {
            throw damaged();
        }
        int size = rows * columns;
        try (InflaterInputStream inflated = new InflaterInputStream(new ByteArrayInputStream(Base64.getUrlDecoder().decode(parts.group(3))))) {
            byte[] bytes = inflated.readNBytes(size);
            if (bytes.length != size || inflated.read() >= 0) {
                throw damaged();
            }
            float[] weights = new float[size];
            for (int i = 0; i < size; i++) {
                weights[i] = Byte.toUnsignedInt(bytes[i]) / (float) FULL;
            }
            return new Mask(rows, columns, weights);
        } catch (IOException | IllegalArgumentException e) {
            throw damaged();
        }
    }

    private static RefractException damaged() {
        return RefractException.usage("The painted area is damaged: copy the whole command again, from mask: to the end of the word.");
    }
}
