package org.refract.format.dictionarylearning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.file.StateNames;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.sae.Weights;
import org.refract.engine.tensor.Tensors;

/**
 * What a running training leaves in {@code ae.pt} from time to time: {@code ae}, its state dictionary, beside {@code step}, {@code optimizer},
 * {@code config} and {@code norm_factor}, by which its inputs were divided. A finished dictionary has that factor in its biases and threshold
 * (dictionary_learning, training.py and {@code scale_biases}).
 *
 * @param names  of the dictionary's tensors
 * @param step   of the training, if it is there
 * @param factor of its inputs, 1 where they were taken as they came
 */
record Backup(StateNames names, Optional<Long> step, double factor) {

    private static final String DICTIONARY = "ae.";
    private static final List<String> SCALED = List.of("b_dec", "b_enc", "b_gate", "b_mag", "threshold");

    /** A backup, if the archive is one. */
    static Optional<Backup> of(TorchArchive archive) throws RefractException {
        StateNames names = StateNames.inside(archive.tensors().keySet(), DICTIONARY);
        if (names.names().isEmpty()) {
            return Optional.empty();
        }
        Optional<Long> step = archive.values().get("step") instanceof Long number ? Optional.of(number) : Optional.empty();
        return Optional.of(new Backup(names, step, factor(archive.file(), archive.values().getOrDefault("norm_factor", 1L))));
    }

    private static double factor(Path file, Object said) throws RefractException {
        double factor = said instanceof Number number ? number.doubleValue() : Double.NaN;
        if (!(factor > 0) || Double.isInfinite(factor)) {
            throw RefractException.usage("%s is a running training's backup, whose norm_factor should be a positive number and is %s.", file, said);
        }
        return factor;
    }

    /** Multiplies biases and threshold by the factor, as the training does at its end; a threshold below 0 is none yet. */
    void fold(Map<String, NDArray> tensors, NDManager owner) {
        if (factor == 1) {
            return;
        }
        for (String name : SCALED) {
            NDArray tensor = tensors.get(name);
            boolean none = name.equals("threshold") && tensor != null && tensor.getShape().dimension() == 0 && Tensors.scalar(tensor) < 0;
            if (tensor != null && !none) {
                tensors.put(name, Weights.times(owner, tensor, factor));
            }
        }
    }

    /** What is to be said of it. */
    String note() {
        return "a running training's backup" + step.map(number -> " at step " + number).orElse("") + (factor == 1 ? ""
                : ", whose norm_factor %s is folded into its biases and thresholds, as the finished dictionary has it".formatted(factor));
    }
}
