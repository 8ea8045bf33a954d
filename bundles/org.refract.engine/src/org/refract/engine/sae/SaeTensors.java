package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/** Holds an SAE's tensors against what its config says, and names what does not fit. */
public final class SaeTensors {

    /** Tensors of sizes and counts. */
    private static final Set<String> WHOLE = Set.of("group_sizes", "stats_last_nonzero");

    private SaeTensors() {
    }

    /**
     * @param where what the sentence calls the checkpoint
     * @throws RefractException if a tensor is missing, has another shape (a transposed one is called so), is of another kind of numbers,
     *     holds NaN, or would be dropped
     */
    public static void check(String where, SaeConfig config, Map<String, NDArray> tensors) throws RefractException {
        check(where, SaeForm.find(config.variant())
                .orElseThrow(() -> RefractException.usage("%s has the variant '%s', whose form is not known here.", where, config.variant())), config, tensors);
    }

    /** As {@link #check(String, SaeConfig, Map)}, of any form. */
    static void check(String where, SaeForm form, SaeConfig config, Map<String, NDArray> tensors) throws RefractException {
        if (config.width() < 1 || config.latents() < 1 || config.outputWidth() < 1) {
            throw RefractException.usage("%s cannot be: width %d, output width %d and %d latents must each be at least 1.", where, config.width(),
                    config.outputWidth(), config.latents());
        }
        if (config.outputWidth() != config.width() && !config.settings().flag("transcode")) {
            throw RefractException.usage("%s has width %d and output width %d: only a transcoder may, and it does not say that it is one.", where,
                    config.width(), config.outputWidth());
        }
        if (config.settings().flag("rescale_acts_by_decoder_norm") && !form.rescales()) {
            throw RefractException.usage("%s cannot have rescale_acts_by_decoder_norm: a %s autoencoder selects nothing by rank.", where, form.id());
        }
        Map<String, long[]> required = form.required(config);
        for (Map.Entry<String, long[]> wanted : required.entrySet()) {
            NDArray tensor = tensors.get(wanted.getKey());
            if (tensor == null) {
                throw RefractException.usage("%s lacks '%s', without which a %s autoencoder computes something else; it has %s.", where,
                        wanted.getKey(), form.id(), tensors.keySet().stream().sorted().collect(Collectors.joining(", ")));
            }
            checkShape(where, wanted.getKey(), tensor.getShape().getShape(), wanted.getValue());
            checkNumbers(where, wanted.getKey(), tensor);
        }
        if (required.containsKey("group_sizes")) {
            checkGroups(where, tensors.get("group_sizes"), config.latents());
        }
        Map<String, long[]> optional = form.optional(config);
        for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
            if (optional.containsKey(tensor.getKey())) {
                checkShape(where, tensor.getKey(), tensor.getValue().getShape().getShape(), optional.get(tensor.getKey()));
                checkNumbers(where, tensor.getKey(), tensor.getValue());
            } else if (!required.containsKey(tensor.getKey())) {
                throw RefractException.usage("%s has '%s', which a %s autoencoder would drop: its architecture is another one.", where, tensor.getKey(),
                        form.id());
            }
        }
    }

    private static void checkGroups(String where, NDArray sizes, int latents) throws RefractException {
        long sum = 0;
        for (long size : Tensors.longs(sizes)) {
            sum += size < 1 ? Integer.MAX_VALUE : size;
        }
        if (sum != latents) {
            throw RefractException.usage("%s has group_sizes %s, which must be positive and together be its %d latents.", where,
                    Arrays.toString(Tensors.longs(sizes)), latents);
        }
    }

    private static void checkNumbers(String where, String name, NDArray tensor) throws RefractException {
        boolean whole = WHOLE.contains(name);
        TorchType type = DTypes.of(tensor);
        if (type.isFloating() == whole || type == TorchType.BOOL) {
            throw RefractException.usage("%s has '%s' of %s where %s belong.", where, name, type, whole ? "whole numbers" : "numbers with a fraction");
        }
        if (!SaeForm.STATISTICS.contains(name) && !Tensors.areFinite(tensor)) {
            throw RefractException.usage("%s has NaN or infinite numbers in '%s': it was damaged, or its training diverged.", where, name);
        }
    }

    private static void checkShape(String where, String name, long[] found, long[] wanted) throws RefractException {
        boolean fits = found.length == wanted.length;
        for (int i = 0; fits && i < wanted.length; i++) {
            fits = wanted[i] < 0 || wanted[i] == found[i];
        }
        if (fits) {
            return;
        }
        boolean transposed = found.length == 2 && wanted.length == 2 && found[0] == wanted[1] && found[1] == wanted[0];
        throw RefractException.usage("%s has '%s' of shape %s where %s belongs%s.", where, name, Arrays.toString(found), Arrays.toString(wanted),
                transposed ? ": it is transposed" : "");
    }
}
