package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** JPEG with EXIF data in its first segment and {@link LongText long texts} after it. */
final class JpegFile {
    private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};
    private static final byte[] XMP = "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);
    private static final int APP1 = 0xE1;
    private static final int APP2 = 0xE2;
    private static final int APP14 = 0xEE;
    private static final int START_OF_SCAN = 0xDA;
    private static final int END = 0xD9;
    /** What the two bytes of a segment's length can say, themselves included. */
    private static final int LONGEST_SEGMENT = 65_533;

    private JpegFile() {
    }

    static boolean isOne(byte[] bytes) {
        return bytes.length >= 3 && (bytes[0] & 0xFF) == 0xFF && (bytes[1] & 0xFF) == 0xD8 && (bytes[2] & 0xFF) == 0xFF;
    }

    /** The file; what does not fit a segment's 64 KiB stands in several of this product's own. */
    static byte[] bytes(BufferedImage image, PictureText text, int quality) {
        try (ByteArrayOutputStream whole = new ByteArrayOutputStream()) {
            byte[] jpeg = compressed(image, quality);
            whole.write(jpeg, 0, 2);
            PictureText inExif = fitting(text);
            if (!inExif.isEmpty()) {
                whole.write(segment(APP1, EXIF, Exif.bytes(inExif)));
            }
            for (byte[] part : LongText.parts(text.without(inExif))) {
                whole.write(segment(LongText.MARKER, LongText.NAME, part));
            }
            whole.write(jpeg, 2, jpeg.length - 2);
            return whole.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("a picture in memory could not be written", e);
        }
    }

    /** Whether the end is marked after the beginning of the pixels; among them, 0xFF is never followed by that marker. */
    static boolean isWhole(byte[] jpeg) {
        for (int i = endOfSegments(jpeg); i + 1 < jpeg.length; i++) {
            if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == END) {
                return true;
            }
        }
        return false;
    }

    private static int endOfSegments(byte[] jpeg) {
        List<Segment> segments = segments(jpeg);
        return segments.isEmpty() ? 2 : segments.getLast().at() + segments.getLast().length();
    }

    private static byte[] segment(int marker, byte[] name, byte[] content) {
        return ByteBuffer.allocate(4 + name.length + content.length).put((byte) 0xFF).put((byte) marker).putShort((short) (2 + name.length + content.length))
                .put(name).put(content).array();
    }

    /** What EXIF data hold of a text: all of it, else the parameters, which other programs read, else nothing. */
    private static PictureText fitting(PictureText text) {
        PictureText parameters = new PictureText(text.parameters(), Optional.empty(), Optional.empty(), Map.of());
        for (PictureText some : List.of(text, parameters)) {
            if (!some.isEmpty() && EXIF.length + Exif.bytes(some).length <= LONGEST_SEGMENT) {
                return some;
            }
        }
        return PictureText.NONE;
    }

    private static byte[] compressed(BufferedImage image, int quality) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
                ImageWriteParam settings = writer.getDefaultWriteParam();
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(quality / 100f);
                writer.setOutput(stream);
                writer.write(null, new IIOImage(image, null, null), settings);
            }
            return bytes.toByteArray();
        } finally {
            writer.dispose();
        }
    }

    /** What the file says, in its EXIF data and in the segments of long texts. */
    static PictureText text(byte[] jpeg) {
        PictureText ofExif = Exif.read(exif(jpeg)).text();
        PictureText ofParts = LongText.joined(segments(jpeg, LongText.MARKER, LongText.NAME));
        return new PictureText(ofExif.parameters().or(ofParts::parameters), ofExif.record().or(ofParts::record), ofExif.graph(), ofExif.further());
    }

    /** The EXIF data with the word that leads them, if there are any. */
    static Optional<byte[]> exif(byte[] jpeg) {
        return segments(jpeg, APP1, EXIF).stream().findFirst();
    }

    /** What it says of its pixels; a profile is split over segments that are numbered from 1 (ICC.1, annex B.4). */
    static PixelFacts facts(byte[] jpeg) {
        ByteArrayOutputStream profile = new ByteArrayOutputStream();
        segments(jpeg, APP2, PROFILE).stream().filter(part -> part.length > PROFILE.length + 2).sorted(Comparator.comparingInt(part -> part[PROFILE.length] & 0xFF))
                .forEach(part -> profile.write(part, PROFILE.length + 2, part.length - PROFILE.length - 2));
        return new PixelFacts(exif(jpeg), Optional.of(profile.toByteArray()).filter(bytes -> bytes.length > 0),
                segments(jpeg, APP1, XMP).stream().findFirst().map(xmp -> new String(xmp, StandardCharsets.UTF_8)));
    }

    /** The same without its profile, which Java's decoder would apply by its own rules. */
    static byte[] withoutProfile(byte[] jpeg) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream(jpeg.length);
        int from = 0;
        for (Segment segment : segments(jpeg)) {
            if (segment.marker() == APP2) {
                rest.write(jpeg, from, segment.at() - 4 - from);
                from = segment.at() + segment.length();
            }
        }
        rest.write(jpeg, from, jpeg.length - from);
        return rest.toByteArray();
    }

    /** How many colours it has, from the head of its frame. */
    static int colours(byte[] jpeg) {
        return segments(jpeg).stream().filter(s -> isFrame(s.marker()) && s.length() >= 6).findFirst().map(s -> jpeg[s.at() + 5] & 0xFF).orElse(0);
    }

    /** Whether its four colours are stored as brightness, two differences and black (Adobe's segment APP14, transform 2). */
    static boolean isYcck(byte[] jpeg) {
        return segments(jpeg, APP14, ADOBE).stream().anyMatch(s -> s.length >= 12 && s[11] == 2);
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    /** What follows a marker and its length. */
    private record Segment(int marker, int at, int length) {
    }

    /** What stands in the segments before the picture that have a marker and begin with a name. */
    private static List<byte[]> segments(byte[] jpeg, int marker, byte[] name) {
        return segments(jpeg).stream().filter(s -> s.marker() == marker && s.length() >= name.length
                && Arrays.equals(jpeg, s.at(), s.at() + name.length, name, 0, name.length)).map(s -> Arrays.copyOfRange(jpeg, s.at(), s.at() + s.length())).toList();
    }

    /** The segments before the picture; a marker may have any number of filling bytes 0xFF before it. */
    private static List<Segment> segments(byte[] jpeg) {
        List<Segment> found = new ArrayList<>();
        int at = 2;
        while (at + 4 <= jpeg.length && (jpeg[at] & 0xFF) == 0xFF && (jpeg[at + 1] & 0xFF) != START_OF_SCAN) {
            if ((jpeg[at + 1] & 0xFF) == 0xFF) {
                at++;
                continue;
            }
            int length = Math.max(2, (jpeg[at + 2] & 0xFF) << 8 | jpeg[at + 3] & 0xFF);
            found.add(new Segment(jpeg[at + 1] & 0xFF, at + 4, Math.min(jpeg.length - at - 4, length - 2)));
            at += 2 + length;
        }
        return found;
    }
}
