package org.refract.cli.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;
import javax.imageio.ImageIO;

/**
 * PNG with text chunks: {@code parameters} as the Stable Diffusion web UIs write it, {@code refract} with everything as JSON. Latin-1 text
 * goes into {@code tEXt}, as readers expect, other text into {@code iTXt} (PNG, second edition, section 11.3.4).
 */
final class PngFile {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    /** Signature and header chunk: length, type, 13 bytes, checksum. */
    private static final int AFTER_HEADER = SIGNATURE.length + 4 + 4 + 13 + 4;
    /** {@code IEND}. */
    private static final int END = 0x49454E44;
    private static final int LONGEST_TEXT = 64 << 20;
    private static final String PARAMETERS = "parameters";
    private static final String RECORD = "refract";
    private static final String GRAPH = "prompt";

    private PngFile() {
    }

    static boolean isOne(byte[] bytes) {
        return bytes.length >= SIGNATURE.length && ByteBuffer.wrap(bytes, 0, SIGNATURE.length).equals(ByteBuffer.wrap(SIGNATURE));
    }

    /** Whether its last chunk is there. */
    static boolean isWhole(byte[] png) {
        ByteBuffer bytes = ByteBuffer.wrap(png);
        int at = SIGNATURE.length;
        while (at >= 0 && at <= png.length - 12) {
            if (bytes.getInt(at + 4) == END) {
                return true;
            }
            int length = bytes.getInt(at);
            at = length < 0 || length > png.length ? png.length : at + 12 + length;
        }
        return false;
    }

    static byte[] bytes(BufferedImage image, PictureText text) {
        try (ByteArrayOutputStream plain = new ByteArrayOutputStream(); ByteArrayOutputStream whole = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", plain);
            byte[] png = plain.toByteArray();
            whole.write(png, 0, AFTER_HEADER);
            if (text.parameters().isPresent()) {
                whole.write(chunk(PARAMETERS, text.parameters().get()));
            }
            if (text.record().isPresent()) {
                whole.write(chunk(RECORD, text.record().get()));
            }
            whole.write(png, AFTER_HEADER, png.length - AFTER_HEADER);
            return whole.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("a picture in memory could not be written", e);
        }
    }

    private static byte[] chunk(String keyword, String value) {
        boolean latin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(value);
        byte[] name = keyword.getBytes(StandardCharsets.ISO_8859_1);
        byte[] content = value.getBytes(latin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        int between = latin ? 1 : 5;
        ByteBuffer chunk = ByteBuffer.allocate(4 + 4 + name.length + between + content.length + 4);
        chunk.putInt(name.length + between + content.length);
        chunk.put((latin ? "tEXt" : "iTXt").getBytes(StandardCharsets.US_ASCII)).put(name).put(new byte[between]).put(content);
        CRC32 sum = new CRC32();
        sum.update(chunk.array(), 4, chunk.position() - 4);
        return chunk.putInt((int) sum.getValue()).array();
    }

    static PictureText text(byte[] png) {
        Map<String, String> texts = new HashMap<>();
        ByteBuffer bytes = ByteBuffer.wrap(png).position(SIGNATURE.length);
        while (bytes.remaining() >= 12) {
            int length = bytes.getInt();
            byte[] type = new byte[4];
            bytes.get(type);
            ByteBuffer content = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length + 4);
            switch (new String(type, StandardCharsets.US_ASCII)) {
                case "tEXt" -> texts.putIfAbsent(keyword(content), rest(content, false, StandardCharsets.ISO_8859_1));
                case "zTXt" -> {
                    String keyword = keyword(content);
                    content.get();
                    texts.putIfAbsent(keyword, rest(content, true, StandardCharsets.ISO_8859_1));
                }
                case "iTXt" -> {
                    String keyword = keyword(content);
                    boolean packed = content.get() == 1;
                    content.get();
                    keyword(content);
                    keyword(content);
                    texts.putIfAbsent(keyword, rest(content, packed, StandardCharsets.UTF_8));
                }
                default -> {
                    continue;
                }
            }
        }
        return new PictureText(Optional.ofNullable(texts.get(PARAMETERS)), Optional.ofNullable(texts.get(RECORD)), Optional.ofNullable(texts.get(GRAPH)));
    }

    /** The bytes up to the next zero. */
    private static String keyword(ByteBuffer content) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        for (byte next = content.get(); next != 0; next = content.get()) {
            name.write(next);
        }
        return name.toString(StandardCharsets.UTF_8);
    }

    private static String rest(ByteBuffer content, boolean packed, Charset charset) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        if (!packed) {
            return new String(bytes, charset);
        }
        try (InflaterInputStream inflated = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
            return new String(inflated.readNBytes(LONGEST_TEXT), charset);
        } catch (IOException e) {
            throw new IllegalArgumentException("a damaged text chunk", e);
        }
    }
}
