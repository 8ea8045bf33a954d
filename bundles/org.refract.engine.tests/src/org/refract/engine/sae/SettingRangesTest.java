package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.analysis.Analysis;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Extensions;
import org.refract.engine.source.PlantedDictionary;

/** A number that a setting may not be is refused when it is set, whoever's setting it is, in the words that the help shows. */
class SettingRangesTest {

    @Test
    void theRangeIsCheckedAndSaidInTheSameWords() {
        refused("lr", Kind.REAL, "1e-3", Interval.POSITIVE, "-1", "a number above 0");
        refused("lr", Kind.REAL, "1e-3", Interval.POSITIVE, "0", "a number above 0");
        refused("beta", Kind.REAL, "0.9", Interval.fromToBelow(0, 1), "1", "a number from 0 to below 1");
        refused("share", Kind.REAL, "0.5", Interval.between(0, 1), "1.0001", "a number from 0 to 1");
        refused("k", Kind.INTEGER, "10", Interval.from(1).saying(", at most the number of latents"), "0",
                "an integer above 0, at most the number of latents");
        refused("steps", Kind.INTEGER, "0", Interval.NOT_NEGATIVE.saying("; 0 warms nothing up"), "-1", "an integer that is not negative; 0 warms nothing up");
        refused("groups", Kind.INTEGER, "2", Interval.from(2), "1", "an integer from 2 on");
        refused("auxk", Kind.INTEGER, "256", Interval.from(1).upTo(Integer.MAX_VALUE), "2147483648", "an integer above 0");
        refused("k", Kind.INTEGER, "10", Interval.from(1), "2.5", "an integer above 0");
    }

    @Test
    void theEndsThatBelongToARangeAreAllowed() throws Exception {
        assertEquals(1, settings(Kind.REAL, "0.5", Interval.between(0, 1), "1").real("x"));
        assertEquals(0, settings(Kind.REAL, "0.5", Interval.between(0, 1), "0").real("x"));
        assertEquals(-7, settings(Kind.INTEGER, "0", Interval.ANY, "-7").integer("x"));
    }

    @Test
    void aDefaultOutsideItsRangeIsAFaultOfTheExtension() {
        assertThrows(IllegalArgumentException.class, () -> new Hyperparameter("x", Kind.REAL, "0", Interval.POSITIVE, Optional.empty()));
    }

    @Test
    void everyNumberOfRefractsOwnPartsHasACheckedRange() {
        List<Hyperparameter> all = new ArrayList<>(PlantedDictionary.SETTINGS);
        try (Extensions extensions = new Extensions(FrameworkUtil.getBundle(SettingRangesTest.class).getBundleContext())) {
            extensions.all(SaeVariant.class).forEach(variant -> all.addAll(variant.hyperparameters()));
            extensions.all(Analysis.class).forEach(analysis -> all.addAll(analysis.hyperparameters()));
        }
        List<Hyperparameter> numbers = all.stream().filter(h -> h.kind() == Kind.REAL || h.kind() == Kind.INTEGER).toList();
        assertTrue(numbers.size() > 100, numbers.size() + " numbers");
        assertEquals(List.of(), numbers.stream().filter(h -> h.interval().isEmpty()).map(Hyperparameter::name).distinct().toList());
    }

    /** By whatever way a value comes, {@code --set} or {@code --grid}: both go through {@link Settings}. */
    @Test
    void aValueJustOutsideEachEndOfEverySettingIsRefusedAndTheEndItselfOrTheNextValueIsNot() throws Exception {
        int ends = 0;
        try (Extensions extensions = new Extensions(FrameworkUtil.getBundle(SettingRangesTest.class).getBundleContext())) {
            for (SaeVariant variant : extensions.all(SaeVariant.class)) {
                for (Hyperparameter setting : variant.hyperparameters().stream().filter(h -> h.interval().isPresent()).toList()) {
                    for (boolean upper : List.of(false, true)) {
                        ends += checkEnd(variant, setting, upper) ? 1 : 0;
                    }
                }
            }
        }
        assertTrue(ends > 100, ends + " ends");
    }

    /** @return whether there is an end on that side */
    private static boolean checkEnd(SaeVariant variant, Hyperparameter setting, boolean upper) throws RefractException {
        Interval interval = setting.interval().orElseThrow();
        double end = upper ? interval.most() : interval.least();
        if (Double.isInfinite(end)) {
            return false;
        }
        boolean belongs = upper ? interval.withMost() : interval.withLeast();
        boolean integer = setting.kind() == Kind.INTEGER;
        double towards = upper ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        double outside = !belongs ? end : integer ? end + (upper ? 1 : -1) : Math.nextAfter(end, towards);
        double inside = belongs ? end : integer ? end + (upper ? -1 : 1) : Math.nextAfter(end, -towards);
        String what = variant.id() + " " + setting.name();
        RefractException refused = assertThrows(RefractException.class, () -> set(variant, setting, integer, outside), what);
        assertEquals("The setting '%s' cannot be '%s': it must be %s.".formatted(setting.name(), text(integer, outside), setting.range()), refused.getMessage());
        assertEquals(text(integer, inside), set(variant, setting, integer, inside).text(setting.name()), what);
        return true;
    }

    private static Settings set(SaeVariant variant, Hyperparameter setting, boolean integer, double value) throws RefractException {
        return Settings.of(variant.hyperparameters(), Map.of(setting.name(), text(integer, value)));
    }

    private static String text(boolean integer, double value) {
        return integer ? Long.toString((long) value) : Double.toString(value);
    }

    private static void refused(String name, Kind kind, String usual, Interval interval, String given, String words) {
        List<Hyperparameter> known = List.of(new Hyperparameter(name, kind, usual, interval, Optional.empty()));
        RefractException refused = assertThrows(RefractException.class, () -> Settings.of(known, Map.of(name, given)));
        assertEquals("The setting '%s' cannot be '%s': it must be %s.".formatted(name, given, words), refused.getMessage());
        assertEquals(words, known.getFirst().range());
    }

    private static Settings settings(Kind kind, String usual, Interval interval, String given) throws RefractException {
        return Settings.of(List.of(new Hyperparameter("x", kind, usual, interval, Optional.empty())), Map.of("x", given));
    }
}
