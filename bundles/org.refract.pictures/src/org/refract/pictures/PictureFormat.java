package org.refract.pictures;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of picture file that are written. */
public enum PictureFormat {
    /** Lossless; says how it was drawn in text chunks. */
    PNG("png"),
    /** Lossy; says how it was drawn in its EXIF data, and in segments of its own where that is long. */
    JPEG("jpg", "jpeg"),
    /** Lossless; says how it was drawn in its EXIF data. */
    WEBP("webp");

    private final List<String> endings;

    PictureFormat(String... endings) {
        this.endings = List.of(endings);
    }

    /** What its file names end with, without a dot. */
    public String ending() {
        return endings.getFirst();
    }

    /** By a file name's ending. */
    public static Optional<PictureFormat> of(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        return named(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)).filter(f -> name.contains("."));
    }

    /** By a word such as {@code jpg}. */
    public static Optional<PictureFormat> named(String word) {
        return List.of(values()).stream().filter(f -> f.endings.contains(word.toLowerCase(Locale.ROOT))).findFirst();
    }
}
