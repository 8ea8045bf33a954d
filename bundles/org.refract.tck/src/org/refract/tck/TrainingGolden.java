package org.refract.tck;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.json.Json;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.sae.PublishedVariant;
import org.refract.engine.sae.Weights;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Repeats recorded optimiser steps of another tool: a safetensors file with {@code batches} (steps, samples, width) and perhaps {@code targets}
 * (steps, samples, output width), {@code init.NAME}, {@code after_step1.NAME}, {@code final.NAME} and {@code loss.TERM} (steps), and {@code
 * cases.json} beside it with the hyperparameters.
 *
 * <p>A test opens a recording, takes its settings from {@link #said} and asserts that {@link #differences} finds nothing.
 */
public final class TrainingGolden implements AutoCloseable {

    private static final double WEIGHT = 1e-4;
    private static final double LOSS = 1e-4;

    /** What says with which hyperparameters each recording of a folder was made. */
    private static final String CASES = "cases.json";

    private final SafeTensors file;
    private final Path golden;

    private TrainingGolden(SafeTensors file, Path golden) {
        this.file = file;
        this.golden = golden;
    }

    /** Opens a file. */
    public static TrainingGolden open(Path golden) throws RefractException {
        return new TrainingGolden(SafeTensors.open(golden), golden);
    }

    /** The hyperparameters of the recording, which the set says under the tool's own names. */
    public Hyperparameters said() throws RefractException {
        String name = golden.getFileName().toString().replace(".safetensors", "");
        return new Hyperparameters(Json.read(golden.resolveSibling(CASES)).at(name).at("hyperparameters"));
    }

    /**
     * A recording's hyperparameters.
     *
     * @param json as the set has them
     */
    public record Hyperparameters(Json json) {

        /**
         * Settings of a variant.
         *
         * @param fixed those that the tool has no hyperparameter for
         * @param taken a setting each with the tool's name of it: {@code k}, {@code auxk_coefficient=auxk_alpha}, a product {@code
         *     dead_tokens=dead_feature_window*batch}, or what is left of 1, {@code threshold_beta=1-topk_threshold_lr}
         */
        public Map<String, String> settings(Map<String, String> fixed, String... taken) throws RefractException {
            Map<String, String> settings = new LinkedHashMap<>(fixed);
            for (String each : taken) {
                String[] parts = each.split("=");
                settings.put(parts[0], value(parts[parts.length - 1]));
            }
            return settings;
        }

        private String value(String name) throws RefractException {
            if (name.startsWith("1-")) {
                return String.valueOf(1 - json.at(name.substring(2)).number());
            }
            if (name.contains("*")) {
                long product = 1;
                for (String factor : name.split("\\*")) {
                    product = Math.multiplyExact(product, json.at(factor).integer());
                }
                return String.valueOf(product);
            }
            Json value = json.at(name);
            return value.isNumber() ? value.element().getAsBigDecimal().stripTrailingZeros().toPlainString() : value.text();
        }

        /** A list of whole numbers. */
        public long[] counts(String name) throws RefractException {
            return json.at(name).integers();
        }
    }

    private NDArray batch(int step, NDManager out) throws RefractException {
        return file.read("batches", out).get(step);
    }

    private NDArray target(int step, NDArray batch, NDManager out) throws RefractException {
        return file.has("targets") ? file.read("targets", out).get(step) : batch;
    }

    private NDArray tensor(String name, boolean transposed, NDManager out) throws RefractException {
        NDArray read = file.read(name, out);
        return transposed ? Weights.transposed(out, read) : read;
    }

    /**
     * Begins where the tool began, does all its steps and says what differs, a sentence each.
     *
     * @param settings of the variant; with {@code b_dec_init=geometric_median} the tool set its bias from the first batch
     * @param names    the recorded name of each of the trainer's tensors, of the SAE or of the state; led by {@code ^} where it is transposed. Of
     *     a tensor that was not recorded, its whole numbers with commas between. One without {@code init} the trainer makes itself
     * @param terms    the recorded name of each of the trainer's metrics
     */
    public List<String> differences(SaeVariant variant, Map<String, String> settings, Map<String, String> names, Map<String, String> terms)
            throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, NDArray> init = new LinkedHashMap<>();
            for (Map.Entry<String, String> name : names.entrySet()) {
                if (name.getValue().contains(",")) {
                    long[] numbers = Arrays.stream(name.getValue().split(",")).mapToLong(Long::parseLong).toArray();
                    init.put(name.getKey(), Tensors.of(scope.manager(), numbers));
                    continue;
                }
                boolean transposed = name.getValue().startsWith("^");
                if (!file.has("init." + name.getValue().replace("^", ""))) {
                    continue;
                }
                init.put(name.getKey(), tensor("init." + name.getValue().replace("^", ""), transposed, scope.manager()));
            }
            NDArray first = batch(0, scope.manager());
            NDArray target = target(0, first, scope.manager());
            if (settings.getOrDefault("b_dec_init", "").equals("geometric_median")) {
                init.put("b_dec", PublishedVariant.geometricMedian(scope.manager(), first));
            }
            if (init.containsKey("log_threshold")) {
                init.put("threshold", Weights.exponential(scope.manager(), init.remove("log_threshold")));
            }
            Shape shape = init.get("W_enc").getShape();
            int width = Math.toIntExact(shape.get(0));
            int outputWidth = Math.toIntExact(init.get("W_dec").getShape().get(1));
            SaeConfig config = new SaeConfig(variant.id(), width, outputWidth, Math.toIntExact(shape.get(1)), Settings.of(variant.hyperparameters(), settings));
            try (Sae sae = variant.restore(config, init, Placement.CPU);
                    SaeTrainer trainer = variant.trainer(sae, first, target, Math.toIntExact(first.getShape().get(0)))) {
                return differences(trainer, names, terms);
            }
        }
    }

    private List<String> differences(SaeTrainer trainer, Map<String, String> names, Map<String, String> terms) throws RefractException {
        List<String> found = new ArrayList<>();
        Map<String, float[]> losses = new LinkedHashMap<>();
        for (String recorded : terms.values()) {
            losses.put(recorded, file.floats("loss." + recorded));
        }
        int steps = (int) file.info("batches").shape().get(0);
        try (NDManager all = trainer.sae().decoder().getManager().newSubManager()) {
            for (int i = 0; i < steps; i++) {
                try (NDManager step = all.newSubManager()) {
                    NDArray batch = batch(i, step);
                    trainer.step(batch, target(i, batch, step));
                    Map<String, Double> metrics = trainer.metrics();
                    for (Map.Entry<String, String> term : terms.entrySet()) {
                        double value = metrics.get(term.getKey());
                        float expected = losses.get(term.getValue())[i];
                        if (!(Math.abs(value - expected) <= LOSS * Math.max(1e-2, Math.abs(expected)))) {
                            found.add("%s of step %d is %s, recorded is %s".formatted(term.getKey(), i, value, expected));
                        }
                    }
                    if (i == 0) {
                        compare("after_step1.", trainer, names, step, found);
                    } else if (i == steps - 1) {
                        compare("final.", trainer, names, step, found);
                    }
                }
            }
        }
        return found;
    }

    private void compare(String when, SaeTrainer trainer, Map<String, String> names, NDManager step, List<String> found) throws RefractException {
        Map<String, NDArray> state = trainer.state();
        for (Map.Entry<String, String> name : names.entrySet()) {
            if (name.getValue().contains(",")) {
                continue;
            }
            boolean transposed = name.getValue().startsWith("^");
            String recorded = when + (transposed ? name.getValue().substring(1) : name.getValue());
            double[] expected = Tensors.doubles(tensor(recorded, transposed, step));
            double[] values = Tensors.doubles(state.getOrDefault(name.getKey(), trainer.sae().tensors().get(name.getKey())));
            double worst = 0;
            for (int i = 0; i < values.length; i++) {
                worst = Math.max(worst, Math.abs(values[i] - expected[i]));
            }
            if (values.length != expected.length || !(worst <= WEIGHT)) {
                found.add("%s differs by %s from %s".formatted(name.getKey(), worst, recorded));
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
