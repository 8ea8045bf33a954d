package org.refract.workbench.explore;

import java.util.Comparator;
import org.refract.workbench.subject.FeatureRow;

/**
 * How the feature list is sorted.
 *
 * @param column     by what
 * @param descending whether the largest stands first
 */
public record Order(Column column, boolean descending) {

    /** A column of the feature list. */
    public enum Column { LATENT, LABEL, DENSITY, STRENGTH }

    /** The strongest in the picture first. */
    public static final Order STRONGEST = new Order(Column.STRENGTH, true);

    /** What a click on a column's head asks for: this column, or if it is already that, the other way round. */
    public Order clicked(Column other) {
        return other == column ? new Order(column, !descending) : new Order(other, other == Column.DENSITY || other == Column.STRENGTH);
    }

    /**
     * The order as a comparator; equals stand in order of latents, features without a label stand last. Whatever the order, features that were
     * never active stand behind the others: there is nothing to see of them.
     */
    public Comparator<FeatureRow> comparator() {
        return Comparator.comparing((FeatureRow r) -> !r.feature().alive()).thenComparing(byColumn());
    }

    private Comparator<FeatureRow> byColumn() {
        Comparator<FeatureRow> byLatent = Comparator.comparingInt(r -> r.feature().latent());
        Comparator<FeatureRow> ascending = switch (column) {
            case LATENT -> byLatent;
            case LABEL -> Comparator.comparing(FeatureRow::label, String.CASE_INSENSITIVE_ORDER);
            case DENSITY -> Comparator.comparingDouble(r -> r.feature().density());
            case STRENGTH -> Comparator.comparingDouble(FeatureRow::strength);
        };
        Comparator<FeatureRow> chosen = (descending ? ascending.reversed() : ascending).thenComparing(byLatent);
        return column == Column.LABEL ? Comparator.comparing((FeatureRow r) -> r.label().isEmpty()).thenComparing(chosen) : chosen;
    }
}
