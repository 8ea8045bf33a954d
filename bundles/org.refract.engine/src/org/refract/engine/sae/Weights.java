package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/** What readers and writers of checkpoints do to weights between a tool's layout and this one's; numbers stay what they are. */
public final class Weights {

    static final KernelLibrary KERNELS = KernelLibrary.of(Weights.class, "weights.ts.py");

    private static final String RESCALE = "rescale_acts_by_decoder_norm";

    /** Tools that keep decoder rows at norm 1 do so to this much. */
    private static final double UNIT = 1e-2;

    private static final double ONE = 1e-6;

    private Weights() {
    }

    /** A float32 copy, exact where the tensor is bfloat16, float16 or float32. */
    public static NDArray floats(NDManager out, NDArray x) {
        return DTypes.cast(out, x, TorchType.FLOAT32);
    }

    /**
     * A weight of a file as float32: the same numbers from bfloat16 and float16, rounded from float64.
     *
     * @throws RefractException if it has no fractions: whole numbers are what quantised or mistaken weights are
     */
    public static NDArray read(NDManager out, Path file, String name, NDArray x) throws RefractException {
        if (!DTypes.of(x).isFloating()) {
            throw RefractException.usage("%s has '%s' of %s, and weights are numbers with a fraction: float32, float16, bfloat16 or float64.", file, name,
                    DTypes.of(x));
        }
        return floats(out, x);
    }

    /** As {@link #read}, the transpose of a matrix. */
    public static NDArray readTransposed(NDManager out, Path file, String name, NDArray x) throws RefractException {
        if (x.getShape().dimension() != 2) {
            throw RefractException.usage("%s has '%s' of shape %s where a matrix belongs.", file, name, x.getShape());
        }
        try (NDManager step = out.newSubManager()) {
            return transposed(out, read(step, file, name, x));
        }
    }

    /** Whole numbers of a file, counts or sizes, as int64. */
    public static NDArray readCounts(NDManager out, Path file, String name, NDArray x) throws RefractException {
        TorchType type = DTypes.of(x);
        if (type.isFloating() || type == TorchType.BOOL) {
            throw RefractException.usage("%s has '%s' of %s where whole numbers belong.", file, name, type);
        }
        return DTypes.copy(out, DTypes.cast(out, x, TorchType.INT64));
    }

    /** e to the power of each number, float32. */
    public static NDArray exponential(NDManager out, NDArray x) {
        try (NDManager step = out.newSubManager()) {
            return KERNELS.call(out, "exponential", DTypes.cast(step, x, TorchType.FLOAT32));
        }
    }

    /** The transpose of a matrix as a float32 tensor of its own. */
    public static NDArray transposed(NDManager out, NDArray x) {
        try (NDManager step = out.newSubManager()) {
            return KERNELS.call(out, "transposed", DTypes.cast(step, x, TorchType.FLOAT32));
        }
    }

    /** A vector of n times one value, float32. */
    public static NDArray filled(NDManager out, int n, NDArray value) {
        try (NDManager step = out.newSubManager()) {
            return KERNELS.call(out, "filled", Tensors.zeros(step, 1), n, DTypes.cast(step, value, TorchType.FLOAT64));
        }
    }

    /**
     * The same SAE with unit decoder rows, so that its latents need no rescaling: {@code W_enc} and {@code b_enc} times the rows' norms, as SAELens'
     * fold_W_dec_norm. Latents, thresholds and reconstructions stay what they are. An SAE that does not rescale is returned as it is.
     */
    public static Checkpoint folded(Checkpoint checkpoint, NDManager out) throws RefractException {
        SaeConfig config = checkpoint.config();
        if (!config.settings().flag(RESCALE)) {
            return checkpoint;
        }
        Map<String, NDArray> tensors = new LinkedHashMap<>(checkpoint.tensors());
        NDList folded = KERNELS.callList(out, "folded", tensors.get("W_enc"), tensors.get("b_enc"), tensors.get("W_dec"));
        tensors.put("W_enc", folded.get(0));
        tensors.put("b_enc", folded.get(1));
        tensors.put("W_dec", folded.get(2));
        return new Checkpoint(SaeForm.find(config.variant()).orElseThrow().with(config, RESCALE, "false"), tensors, checkpoint.provenance(),
                checkpoint.notes());
    }

    /**
     * The SAE of inputs that are not multiplied by a factor, from one of inputs that are, as SAELens' fold_activation_norm_scaling_factor: {@code
     * W_enc} times the factor, {@code W_dec} and {@code b_dec} divided by it. Latents stay what they are; the reconstruction is that of the input
     * as it comes.
     */
    public static Checkpoint scaled(Checkpoint checkpoint, double factor, NDManager out) throws RefractException {
        Checkpoint folded = folded(checkpoint, out);
        Map<String, NDArray> tensors = new LinkedHashMap<>(folded.tensors());
        tensors.put("W_enc", times(out, tensors.get("W_enc"), factor));
        tensors.put("W_dec", times(out, tensors.get("W_dec"), 1 / factor));
        tensors.put("b_dec", times(out, tensors.get("b_dec"), 1 / factor));
        SaeConfig config = SaeForm.find(folded.config().variant()).orElseThrow().with(folded.config(), "normalize_activations", "none");
        return new Checkpoint(config, tensors, folded.provenance(), folded.notes());
    }

    /** A tensor times a number, float32. */
    public static NDArray times(NDManager out, NDArray x, double factor) {
        return KERNELS.call(out, "times", x, factor);
    }

    /** A matrix with each row times a number of its own, float32. */
    public static NDArray timesRows(NDManager out, NDArray x, NDArray factors) {
        return KERNELS.call(out, "times_rows", x, factors);
    }

    /** Whether all numbers are 1, as good as float32 says it. */
    public static boolean areOnes(NDArray factors) {
        for (double factor : Tensors.doubles(factors)) {
            if (!(Math.abs(factor - 1) <= ONE)) {
                return false;
            }
        }
        return true;
    }

    /** Refuses a decoder whose rows, (latents, output width), are not unit vectors although the checkpoint says so. */
    public static void checkUnitRows(String where, NDArray decoder) throws RefractException {
        try (NDManager step = decoder.getManager().newSubManager()) {
            for (double norm : Tensors.doubles(KERNELS.call(step, "rows_norm", DTypes.cast(step, decoder, TorchType.FLOAT32)))) {
                if (!(Math.abs(norm - 1) < UNIT)) {
                    throw RefractException.usage("%s says that its decoder is normalised, but a row has norm %.4f: its latents are in other units.",
                            where, norm);
                }
            }
        }
    }
}
