package org.refract.api.plot;

/**
 * What an axis of a {@link Plot} measures.
 *
 * @param label in a word or two ({@code "density"})
 * @param unit  in which it is counted ({@code "GiB"}, {@code "%"}), empty for plain numbers and for categories
 * @param scale how numbers lie on it
 */
public record Axis(String label, String unit, Scale scale) {

    /** How numbers lie on an axis. */
    public enum Scale {
        /** Equal differences lie equally far apart. */
        LINEAR,
        /** Equal ratios do; numbers that are not positive are left out. */
        LOG
    }

    /** Plain numbers, or categories. */
    public static Axis of(String label) {
        return new Axis(label, "", Scale.LINEAR);
    }

    /** Positive numbers by their ratios. */
    public static Axis log(String label) {
        return new Axis(label, "", Scale.LOG);
    }

    /** The same in a unit. */
    public Axis in(String of) {
        return new Axis(label, of, scale);
    }

    /** The label with its unit. */
    public String title() {
        return unit.isEmpty() ? label : label + " (" + unit + ")";
    }
}
