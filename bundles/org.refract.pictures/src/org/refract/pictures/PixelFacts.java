package org.refract.pictures;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a picture file says of its pixels beside them.
 *
 * @param exif    from the TIFF header on, or with the word that leads it in a JPEG file
 * @param profile the ICC profile of its colours
 * @param xmp     Adobe's XML, in which programs that write no EXIF data tell the orientation
 */
record PixelFacts(Optional<byte[]> exif, Optional<byte[]> profile, Optional<String> xmp) {
    static final PixelFacts NONE = new PixelFacts(Optional.empty(), Optional.empty(), Optional.empty());

    private static final Pattern ORIENTATION = Pattern.compile("tiff:Orientation(?:=\"|>)([1-8])");

    static PixelFacts of(byte[] file) {
        if (PngFile.isOne(file)) {
            return PngFile.facts(file);
        }
        if (JpegFile.isOne(file)) {
            return JpegFile.facts(file);
        }
        if (WebpFile.isOne(file)) {
            return WebpFile.facts(file);
        }
        return Exif.isTiff(file) ? new PixelFacts(Optional.of(file), Exif.profileOfTiff(file), Optional.empty()) : NONE;
    }

    /** How the camera was held, 1 to 8 (Exif 2.32, tag 0x0112), 1 for upright; EXIF data count before XMP. */
    int orientation() {
        return Exif.read(exif).orientation().or(() -> xmp.map(ORIENTATION::matcher).filter(Matcher::find).map(m -> Integer.parseInt(m.group(1)))).orElse(1);
    }
}
