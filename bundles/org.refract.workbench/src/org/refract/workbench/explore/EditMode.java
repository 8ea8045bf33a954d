package org.refract.workbench.explore;

import java.util.Locale;
import org.refract.api.analysis.Intervention;

/** The three ways in which the window lets a person turn a feature. */
public enum EditMode {
    /** Its own map is scaled; 1 changes nothing, 0 switches it off. */
    SCALE("Scale its map", Intervention.Mode.SCALE, 0, 5, 1),
    /** It is added at every position; 0 changes nothing. */
    ADD("Add everywhere", Intervention.Mode.ADD, -10, 10, 0),
    /** It is added where a person paints; 0 changes nothing. */
    PAINT("Paint", Intervention.Mode.ADD, -10, 10, 0);

    private final String title;
    private final Intervention.Mode mode;
    private final double least;
    private final double most;
    private final double neutral;

    EditMode(String title, Intervention.Mode mode, double least, double most, double neutral) {
        this.title = title;
        this.mode = mode;
        this.least = least;
        this.most = most;
        this.neutral = neutral;
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    /** What it is to the engine. */
    public Intervention.Mode mode() {
        return mode;
    }

    /** The slider's left end; larger values can be typed. */
    public double least() {
        return least;
    }

    /** The slider's right end; larger values can be typed. */
    public double most() {
        return most;
    }

    /** The strength that changes nothing. */
    public double neutral() {
        return neutral;
    }

    /** A strength in this mode, for people: {@code ×2.5} or {@code +4.0}. */
    public String inWords(double strength) {
        return this == SCALE ? String.format(Locale.ROOT, "×%.2f", strength) : String.format(Locale.ROOT, "%+.1f", strength);
    }
}
