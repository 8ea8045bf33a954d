package org.refract.api.analysis;

import java.awt.image.BufferedImage;
import java.util.List;

/** One result of an {@link Analysis}, for people and for programs. */
public sealed interface Finding {

    /** A file-safe name ({@link org.refract.api.FileName}), another for each finding of an analysis. */
    String id();

    /** A heading. */
    String title();

    /** What it shows and how it was measured, in a few sentences. */
    String explanation();

    /**
     * A table of named columns; a cell is a String, a Double or a Long.
     *
     * @param id a file-safe name: it is written as {@code id.csv} and {@code id.json}
     */
    record Table(String id, String title, String explanation, List<String> columns, List<List<Object>> rows) implements Finding {
    }

    /**
     * A grid of pictures with a caption under each.
     *
     * @param id      a file-safe name
     * @param columns pictures per row
     */
    record Pictures(String id, String title, String explanation, int columns, List<Picture> pictures) implements Finding {
    }

    /** A picture and what it is. */
    record Picture(String caption, BufferedImage image) {
    }
}
