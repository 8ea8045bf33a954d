package org.refract.nn.weights;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a file calls the weights of a part.
 *
 * @param origins from the tree's name of a weight, without the part's, to where it may lie, the usual place first
 * @param prefix  what every name of this part begins with in the file; other names are another part's
 * @param ignored names after the prefix that are no weights
 */
public record Spelling(Function<String, List<Origin>> origins, String prefix, Predicate<String> ignored) {

    /** The tree's own names. */
    public static final Spelling OWN = new Spelling(own -> List.of(Origin.of(own)), "", name -> false);

    /** The same names behind a prefix. */
    public Spelling under(String before) {
        return new Spelling(own -> origins.apply(own).stream().map(o -> o.under(before)).toList(), before + prefix, ignored);
    }

    /** Whether a name of the file is this part's and wants a weight in the tree. */
    boolean claims(String name) {
        return name.startsWith(prefix) && !ignored.test(name.substring(prefix.length()));
    }
}
