package org.refract.engine.intervene;

import java.math.BigDecimal;
import java.util.Optional;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.model.Site;

/**
 * A turned feature as one word, as {@code --feature} reads it: {@code POINT#LATENT}, then {@code *} to scale the feature's own map, {@code +} to add it
 * or {@code =} to put it in the place of the block's update, with the strength; {@code @AREA} for where, {@code /FIRST-LAST} for the steps.
 */
public final class FeatureText {
    private FeatureText() {
    }

    /** {@code POINT#LATENT}; the point's site stands there where it is not the update. */
    public static String of(FeatureId feature) {
        return (feature.point().site() == Site.UPDATE ? feature.point().path() : feature.point().toString()) + "#" + feature.latent();
    }

    /**
     * The word for a change, from which {@code --feature} makes the same one to the bit.
     *
     * @param area where it acts, as a person or {@link MaskText} writes it; empty for everywhere
     */
    public static String of(Intervention change, Optional<String> area) {
        String sign = switch (change.mode()) {
            case SCALE -> "*";
            case ADD -> "+";
            case REPLACE -> "=";
        };
        boolean always = change.firstStep() == 0 && change.lastStep() == Integer.MAX_VALUE;
        return of(change.feature()) + sign + number(change.strength()) + area.map(where -> "@" + where).orElse("")
                + (always ? "" : "/" + change.firstStep() + "-" + change.lastStep());
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
