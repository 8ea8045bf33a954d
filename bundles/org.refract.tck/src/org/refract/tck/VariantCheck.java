package org.refract.tck;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Loss;
import org.refract.engine.sae.PublishedVariant;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/**
 * Holds a variant of autoencoders to what every variant promises; says what is broken, a sentence each.
 *
 * <p>A test of a variant asserts that {@link #resumed}, {@link #accepted} and, for a {@link PublishedVariant}, {@link #slopes} find nothing, and looks
 * at what {@link #learnt} measures.
 */
public final class VariantCheck {

    /** How far a parameter is moved for a slope, and how much float32 may differ there. */
    private static final double SLOPE_STEP = 1e-3;
    private static final double SLOPE_ERROR = 2e-2;

    /** Settings that switch on all that trainers share. */
    public static final Map<String, String> SHARED_PARTS = Map.of("lr", "0.01", "warmup_steps", "2", "lr_schedule", "cosine", "decay_start_step", "3",
            "decay_steps", "8", "lr_end", "0.001", "clip_value", "0.01", "ema_decay", "0.9", "resample_every", "3", "dead_tokens", "64");

    private static final int WIDTH = 8;
    private static final int LATENTS = 24;
    private static final int BATCH = 64;
    private static final int HALF = 4;

    private VariantCheck() {
    }

    /** Trains once in one go and once with a restart from the state in the middle, and compares every bit that both leave. */
    public static List<String> resumed(SaeVariant variant, Map<String, String> settings) throws RefractException {
        List<String> found = new ArrayList<>();
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), new TorchRandom(5).randn(BATCH * WIDTH), BATCH, WIDTH);
            SaeConfig config = config(variant, WIDTH, LATENTS, settings);
            try (Sae whole = variant.create(config, samples, 3, Placement.CPU); SaeTrainer trainer = variant.trainer(whole, samples, BATCH);
                    Sae first = variant.create(config, samples, 3, Placement.CPU); SaeTrainer begun = variant.trainer(first, samples, BATCH)) {
                differences("created", whole.tensors(), first.tensors(), found);
                for (int i = 0; i < HALF; i++) {
                    trainer.step(samples);
                    begun.step(samples);
                }
                try (Sae second = variant.restore(first.config(), first.tensors(), Placement.CPU);
                        SaeTrainer resumed = variant.trainer(second, samples, BATCH)) {
                    resumed.restore(begun.state());
                    for (int i = 0; i < HALF; i++) {
                        trainer.step(samples);
                        resumed.step(samples);
                    }
                    differences("trained", whole.tensors(), second.tensors(), found);
                    differences("left", trainer.result(), resumed.result(), found);
                    differences("kept", trainer.state(), resumed.state(), found);
                    Map<String, Double> metrics = trainer.metrics();
                    if (!metrics.equals(resumed.metrics())) {
                        found.add("metrics differ from " + metrics);
                    }
                }
            }
        }
        return found;
    }

    private static void differences(String what, Map<String, NDArray> expected, Map<String, NDArray> actual, List<String> found) {
        if (!expected.keySet().equals(actual.keySet())) {
            found.add("%s are %s and %s".formatted(what, expected.keySet(), actual.keySet()));
            return;
        }
        for (String name : expected.keySet()) {
            if (!Arrays.equals(Tensors.doubles(expected.get(name)), Tensors.doubles(actual.get(name)))) {
                found.add("%s %s differs".formatted(what, name));
            }
        }
    }

    /** Trains on sums of three of 16 orthogonal directions; the metrics of the last step and, as {@code first.NAME}, of the first. */
    public static Map<String, Double> learnt(SaeVariant variant, Map<String, String> settings, int steps) throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = planted(scope, 256, 16);
            try (Sae sae = variant.create(config(variant, 16, 32, settings), samples, 1, Placement.CPU);
                    SaeTrainer trainer = variant.trainer(sae, samples, 256)) {
                Map<String, Double> all = new TreeMap<>();
                for (int i = 0; i < steps; i++) {
                    trainer.step(samples);
                    if (i == 0) {
                        trainer.metrics().forEach((name, value) -> all.put("first." + name, value));
                    }
                }
                all.putAll(trainer.metrics());
                return all;
            }
        }
    }

    /**
     * Holds the gradients of a variant's loss against slopes of the loss itself, central differences along random directions of each parameter; by
     * sentences. What jumps has none: choose settings under which the loss is smooth.
     */
    public static List<String> slopes(PublishedVariant variant, Map<String, String> settings) throws RefractException {
        List<String> broken = new ArrayList<>();
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), new TorchRandom(7).randn(BATCH * WIDTH), BATCH, WIDTH);
            try (DenseSae sae = (DenseSae) variant.create(config(variant, WIDTH, LATENTS, settings), x, 3, Placement.CPU)) {
                Loss loss = variant.loss(sae);
                Loss.Step step = new Loss.Step(0, 1, scope.manager().zeros(new Shape(LATENTS), DataType.INT64));
                NDList given = new NDList(loss.parameters().stream().map(name -> loss.parameter(sae, name, scope)).toArray(NDArray[]::new));
                NDList found = loss.evaluate(scope.manager(), x, x, given, step);
                for (int p = 0; p < given.size(); p++) {
                    float[] direction = new TorchRandom(11 + p).randn((int) given.get(p).size());
                    double slope = 0;
                    float[] gradient = Tensors.floats(found.get(p));
                    for (int i = 0; i < direction.length; i++) {
                        slope += (double) gradient[i] * direction[i];
                    }
                    double measured = (total(loss, scope, x, given, p, direction, SLOPE_STEP, step) - total(loss, scope, x, given, p, direction, -SLOPE_STEP, step))
                            / (2 * SLOPE_STEP);
                    if (!(Math.abs(measured - slope) <= SLOPE_ERROR * Math.max(1, Math.abs(measured)))) {
                        broken.add("the gradient by %s gives the slope %s where the loss has %s".formatted(loss.parameters().get(p), slope, measured));
                    }
                }
            }
        }
        return broken;
    }

    private static double total(Loss loss, Scope scope, NDArray x, NDList given, int place, float[] direction, double by, Loss.Step step) {
        try (Scope own = scope.child()) {
            float[] moved = Tensors.floats(given.get(place));
            for (int i = 0; i < moved.length; i++) {
                moved[i] += (float) (by * direction[i]);
            }
            NDList all = new NDList(given);
            all.set(place, Tensors.of(own.manager(), moved, given.get(place).getShape().getShape()));
            return Arrays.stream(Tensors.doubles(loss.evaluate(own.manager(), x, x, all, step).get(given.size()))).sum();
        }
    }

    /** Samples that are sums of three of {@code width} orthogonal directions. */
    public static NDArray planted(Scope scope, int samples, int width) {
        TorchRandom random = new TorchRandom(9);
        float[] values = new float[samples * width];
        for (int i = 0; i < samples; i++) {
            for (int j = 0; j < 3; j++) {
                float[] draw = random.rand(2);
                values[i * width + (int) (draw[0] * width)] += 1 + draw[1];
            }
        }
        return Tensors.of(scope.manager(), values, samples, width);
    }

    /** What is taken and should be refused: bad numbers of the settings that all have, data of another width, not finite data, no weights. */
    public static List<String> accepted(SaeVariant variant, Map<String, String> settings) throws RefractException {
        List<String> found = new ArrayList<>();
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = planted(scope, 16, WIDTH);
            for (String bad : List.of("lr=-1", "lr=0", "beta1=1", "eps=0", "clip=-1", "clip_value=-1", "dead_tokens=0", "warmup_steps=-1", "ema_decay=1",
                    "resample_every=-1", "lr_schedule=linear", "lr_end=1e9")) {
                Map<String, String> changed = new LinkedHashMap<>(settings);
                changed.put(bad.substring(0, bad.indexOf('=')), bad.substring(bad.indexOf('=') + 1));
                refused(bad, found, () -> trained(variant, config(variant, WIDTH, LATENTS, changed), samples));
            }
            refused("width", found, () -> trained(variant, config(variant, WIDTH + 1, LATENTS, settings), samples));
            refused("not finite", found, () -> trained(variant, config(variant, WIDTH, LATENTS, settings), samples.div(0f)));
            refused("no weights", found, () -> variant.restore(config(variant, WIDTH, LATENTS, settings), Map.of(), Placement.CPU));
        }
        return found;
    }

    private static Object trained(SaeVariant variant, SaeConfig config, NDArray samples) throws RefractException {
        try (Sae sae = variant.create(config, samples, 3, Placement.CPU); SaeTrainer trainer = variant.trainer(sae, samples, 16)) {
            return trainer;
        }
    }

    private static void refused(String what, List<String> found, Callable<?> action) {
        try {
            action.call();
            found.add(what + " is taken");
        } catch (RefractException expected) {
            if (expected.getMessage().isBlank()) {
                found.add(what + " is refused without a sentence");
            }
        } catch (Exception e) {
            found.add("%s ends with %s".formatted(what, e));
        }
    }

    /** A config of a variant with some of its settings given. */
    public static SaeConfig config(SaeVariant variant, int width, int latents, Map<String, String> settings) throws RefractException {
        return new SaeConfig(variant.id(), width, width, latents, Settings.of(variant.hyperparameters(), settings));
    }
}
