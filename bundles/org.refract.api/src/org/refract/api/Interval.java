package org.refract.api;

/**
 * The numbers that a setting may be, checked when it is set.
 *
 * @param least     the lower end, {@code -Infinity} for none
 * @param withLeast whether the lower end belongs to it
 * @param most      the upper end, {@code Infinity} for none
 * @param withMost  whether the upper end belongs to it
 * @param remark    what is said of it besides, from the sign that separates it on ({@code "; 0 clips nothing"}), or empty
 */
public record Interval(double least, boolean withLeast, double most, boolean withMost, String remark) {

    /** An upper end from here on is a computer's, which nobody needs to be told. */
    private static final double UNSAID = Integer.MAX_VALUE;

    /** Every number. */
    public static final Interval ANY = new Interval(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false, "");
    /** x &gt; 0. */
    public static final Interval POSITIVE = above(0);
    /** x ≥ 0. */
    public static final Interval NOT_NEGATIVE = from(0);

    /** x ≥ least. */
    public static Interval from(double least) {
        return new Interval(least, true, Double.POSITIVE_INFINITY, false, "");
    }

    /** x &gt; least. */
    public static Interval above(double least) {
        return new Interval(least, false, Double.POSITIVE_INFINITY, false, "");
    }

    /** least ≤ x ≤ most. */
    public static Interval between(double least, double most) {
        return new Interval(least, true, most, true, "");
    }

    /** least ≤ x &lt; end. */
    public static Interval fromToBelow(double least, double end) {
        return new Interval(least, true, end, false, "");
    }

    /** The same numbers up to one that belongs to them. */
    public Interval upTo(double end) {
        return new Interval(least, withLeast, end, true, remark);
    }

    /** The same numbers with a remark. */
    public Interval saying(String further) {
        return new Interval(least, withLeast, most, withMost, further);
    }

    /** Whether a number belongs to it, and still does in single precision: 10⁻⁵⁰ is not above 0 where it becomes 0. */
    public boolean contains(double x) {
        boolean enough = withLeast ? x >= least : x > least && (float) x > least;
        boolean little = withMost ? x <= most : x < most && (float) x < most;
        return enough && little;
    }

    /** It in words, for integers or for all numbers: {@code a number from 0 to below 1}. */
    public String words(boolean integers) {
        String number = integers ? "integer" : "number";
        return (integers ? "an " : "a ") + bounded(number, integers).strip() + remark;
    }

    private String bounded(String number, boolean integers) {
        boolean open = most >= UNSAID;
        if (open && least == Double.NEGATIVE_INFINITY) {
            return number;
        }
        if (open && withLeast) {
            return least == 0 ? number + " that is not negative" : integers && least == 1 ? number + " above 0" : number + " from " + shown(least) + " on";
        }
        if (open) {
            return number + " above " + shown(least);
        }
        String end = (withMost ? "" : "below ") + shown(most);
        return least == Double.NEGATIVE_INFINITY ? number + " up to " + end : number + (withLeast ? " from " : " above ") + shown(least) + " to " + end;
    }

    private static String shown(double x) {
        return x == Math.rint(x) && Math.abs(x) < 1e15 ? Long.toString((long) x) : Double.toString(x);
    }
}
