package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.analysis.Analysis;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Extensions;
import org.refract.engine.source.PlantedDictionary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** A number that a setting may not be is refused when it is set, whoever's setting it is, in the words that the help shows. */
class SettingRangesTest {

    private static final int WIDTH = 4;
    private static final int LATENTS = 64;
    private static final int SAMPLES = 16;
    /** What does not learn its own input. */
    private static final Set<String> TARGETED = Set.of("transcoder");

    @Test
    void theRangeIsCheckedAndSaidInTheSameWords() {
        refused("lr", Kind.REAL, "1e-3", Interval.POSITIVE, "-1", "a number above 0");
        refused("lr", Kind.REAL, "1e-3", Interval.POSITIVE, "0", "a number above 0");
        refused("beta", Kind.REAL, "0.9", Interval.fromToBelow(0, 1), "1", "a number from 0 to below 1");
        refused("lr", Kind.REAL, "1e-3", Interval.POSITIVE, "1e-50", "a number above 0");
        refused("lr", Kind.REAL, "1e-3", Interval.POSITIVE, "1e50", "a number above 0");
        refused("beta", Kind.REAL, "0.9", Interval.fromToBelow(0, 1), "0.9999999999", "a number from 0 to below 1");
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

    /** What a range allows, an architecture can be made of, or says in a sentence what else it depends on; it never breaks. */
    @Test
    void everyArchitectureIsMadeOfTheValuesAtEachEndOfItsRanges() throws Exception {
        int made = 0;
        List<String> wrong = new ArrayList<>();
        try (Extensions extensions = new Extensions(FrameworkUtil.getBundle(SettingRangesTest.class).getBundleContext());
                Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), new TorchRandom(0).randn(SAMPLES * WIDTH), SAMPLES, WIDTH);
            for (SaeVariant variant : extensions.all(SaeVariant.class)) {
                NDArray targets = TARGETED.contains(variant.id()) ? samples.mul(2) : samples;
                create(variant, fitting(variant, Map.of()), samples, targets);
                for (Hyperparameter setting : variant.hyperparameters().stream().filter(h -> h.interval().isPresent()).toList()) {
                    for (boolean upper : List.of(false, true)) {
                        Optional<String> inside = inside(setting, upper);
                        if (inside.isPresent()) {
                            try {
                                create(variant, fitting(variant, Map.of(setting.name(), inside.get())), samples, targets);
                                made++;
                            } catch (RefractException e) {
                                boolean namesASetting = variant.hyperparameters().stream().anyMatch(h -> e.getMessage().contains(h.name()));
                                if (e.exitCode() != RefractException.USAGE || !namesASetting) {
                                    wrong.add(variant.id() + " " + setting.name() + "=" + inside.get() + ": " + e.getMessage());
                                }
                            }
                        }
                    }
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
        assertTrue(made > 100, made + " made");
    }

    private static void create(SaeVariant variant, Map<String, String> given, NDArray samples, NDArray targets) throws RefractException {
        Settings settings = Settings.of(variant.hyperparameters(), given);
        try (Sae sae = variant.create(new SaeConfig(variant.id(), WIDTH, WIDTH, LATENTS, settings), samples, targets, 0, Placement.CPU)) {
            assertEquals(LATENTS, sae.config().latents());
            variant.trainer(sae, samples, targets, SAMPLES).close();
        }
    }

    /** Settings of a tiny dictionary: the defaults are of thousands of latents. */
    private static Map<String, String> fitting(SaeVariant variant, Map<String, String> given) {
        Map<String, String> all = new HashMap<>();
        Map.of("k", "2", "auxk", "2").forEach((name, value) -> {
            if (variant.hyperparameters().stream().anyMatch(h -> h.name().equals(name) && h.interval().isPresent())) {
                all.put(name, value);
            }
        });
        all.putAll(given);
        return all;
    }

    /** The end of a range on one side, if it belongs to it, or else the next value of single precision, in which architectures compute. */
    private static Optional<String> inside(Hyperparameter setting, boolean upper) {
        Interval interval = setting.interval().orElseThrow();
        double end = upper ? interval.most() : interval.least();
        boolean belongs = upper ? interval.withMost() : interval.withLeast();
        boolean integer = setting.kind() == Kind.INTEGER;
        if (Double.isInfinite(end)) {
            return Optional.empty();
        }
        double inwards = upper ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        return Optional.of(text(integer, belongs ? end : integer ? end + (upper ? -1 : 1) : Math.nextAfter((float) end, inwards)));
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
        String inside = inside(setting, upper).orElseThrow();
        String what = variant.id() + " " + setting.name();
        RefractException refused = assertThrows(RefractException.class, () -> set(variant, setting, text(integer, outside)), what);
        assertEquals("The setting '%s' cannot be '%s': it must be %s.".formatted(setting.name(), text(integer, outside), setting.range()), refused.getMessage());
        assertEquals(inside, set(variant, setting, inside).text(setting.name()), what);
        return true;
    }

    private static Settings set(SaeVariant variant, Hyperparameter setting, String value) throws RefractException {
        return Settings.of(variant.hyperparameters(), Map.of(setting.name(), value));
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
