package org.refract.nn.adapter;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.kernel.KernelException;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.nn.Parameter;
import org.refract.nn.weights.WeightFile;

/**
 * What one LoRA file adds to one layer: {@code W + s·Δ} with Δ = (alpha / rank) · B A (LoRA), (alpha / rank) · (B₁ A₁ ∘ B₂ A₂) (LoHa) or
 * (alpha / rank) · W₁ ⊗ W₂ (LoKr), a Tucker core between the factors of a convolution (LoCon), or a difference of full rank; with a
 * magnitude m the result is {@code m · (W + s·Δ) / ‖W + s·Δ‖} (DoRA, Weight-Decomposed Low-Rank Adaptation, equation 5). GLoRA adds what depends
 * on the weight, Δ = (alpha / rank) · (W A₁ A₂ + B₁ B₂) (One-for-All, equation 10 without biases); (IA)^3 multiplies columns or rows by
 * {@code 1 + s (l - 1)}, with rows the bias too where PEFT wrote it; OFT turns the outputs ({@link Rotation}).
 *
 * @param file     the LoRA
 * @param names    its tensors for the layer by role
 * @param strength s
 * @param scales   alphas that stand elsewhere
 */
record LayerChange(WeightFile file, Map<LoraRole, String> names, double strength, LoraScales scales) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(LayerChange.class, "lora.ts.py");

    /** The changed weight, float32. */
    NDArray weight(Parameter parameter, NDArray weight, Scope step) throws RefractException {
        try {
            if (has(LoraRole.OFT_BLOCKS)) {
                return new Rotation(read(LoraRole.OFT_BLOCKS, step), has(LoraRole.ALPHA) ? Tensors.scalar(read(LoraRole.ALPHA, step)) : 0,
                        strength, optional(LoraRole.RESCALE, step)).of(weight, step).orElseThrow(() -> misfit(parameter));
            }
            if (has(LoraRole.STRETCH) || has(LoraRole.LENGTHS)) {
                return stretched(parameter, weight, step);
            }
            Optional<NDArray> difference = difference(parameter, weight, step);
            if (difference.isEmpty()) {
                return weight;
            }
            return has(LoraRole.MAGNITUDE)
                    ? KERNELS.call(step, "decomposed", weight, difference.get(), strength, read(LoraRole.MAGNITUDE, step))
                    : KERNELS.call(step, "added", weight, difference.get(), strength);
        } catch (KernelException e) {
            throw misfit(parameter);
        }
    }

    /** The changed bias, float32. */
    NDArray bias(Parameter parameter, NDArray bias, Scope step) throws RefractException {
        if (has(LoraRole.LENGTHS)) {
            NDArray lengths = read(LoraRole.LENGTHS, step);
            boolean outputs = lengths.getShape().dimension() == 2 ? lengths.getShape().get(1) == 1 : lengths.size() == bias.size();
            return outputs ? KERNELS.call(step, "stretched_bias", bias, lengths, strength) : bias;
        }
        LoraRole role = has(LoraRole.BIAS_DIFFERENCE) ? LoraRole.BIAS_DIFFERENCE : LoraRole.UP_BIAS;
        if (!has(role)) {
            return bias;
        }
        try {
            double scale = role == LoraRole.UP_BIAS ? scale(parameter, file.weights().get(names.get(LoraRole.DOWN)).shape().get(0), step) : 1;
            return KERNELS.call(step, "added", bias, KERNELS.call(step, "scaled", read(role, step), scale), strength);
        } catch (KernelException e) {
            throw misfit(parameter);
        }
    }

    /** Δ in any shape, empty if the file changes the bias alone. */
    private Optional<NDArray> difference(Parameter parameter, NDArray weight, Scope step) throws RefractException {
        if (has(LoraRole.DIFFERENCE)) {
            return Optional.of(read(LoraRole.DIFFERENCE, step));
        }
        if (has(LoraRole.UP) && has(LoraRole.DOWN)) {
            NDArray down = read(LoraRole.DOWN, step);
            return Optional.of(scaled(parameter, KERNELS.call(step, "low_rank", read(LoraRole.UP, step), optional(LoraRole.MIDDLE, step), down),
                    down.getShape().get(0), step));
        }
        if (has(LoraRole.HADA_W1_A) && has(LoraRole.HADA_W1_B) && has(LoraRole.HADA_W2_A) && has(LoraRole.HADA_W2_B)) {
            NDArray b = read(LoraRole.HADA_W1_B, step);
            return Optional.of(scaled(parameter, KERNELS.call(step, "hadamard", read(LoraRole.HADA_W1_A, step), b, read(LoraRole.HADA_W2_A, step),
                    read(LoraRole.HADA_W2_B, step), optional(LoraRole.HADA_T1, step), optional(LoraRole.HADA_T2, step)), b.getShape().get(0), step));
        }
        if (has(LoraRole.GLORA_A1)) {
            return Optional.of(general(parameter, weight, step));
        }
        if (names.keySet().stream().anyMatch(role -> role.name().startsWith("LOKR"))) {
            return Optional.of(kronecker(parameter, step));
        }
        if (names.keySet().stream().allMatch(role -> role == LoraRole.BIAS_DIFFERENCE || role == LoraRole.ALPHA)) {
            return Optional.empty();
        }
        throw RefractException.usage("%s is incomplete: for the layer %s it holds %s alone; download it again.", file.location(),
                layer(parameter), String.join(", ", names.values()));
    }

    /** GLoRA; LyCORIS once had the factors the other way round. */
    private NDArray general(Parameter parameter, NDArray weight, Scope step) throws RefractException {
        NDArray a1 = read(LoraRole.GLORA_A1, step);
        NDArray a2 = read(LoraRole.GLORA_A2, step);
        NDArray b1 = read(LoraRole.GLORA_B1, step);
        NDArray b2 = read(LoraRole.GLORA_B2, step);
        long out = weight.getShape().get(0);
        long in = weight.getShape().get(1);
        boolean turned = a2.getShape().get(0) == in && a1.getShape().get(1) == in && b2.getShape().get(0) == out;
        NDArray difference = turned
                ? KERNELS.call(step, "general", weight, a2, a1, b2, null, b1)
                : KERNELS.call(step, "general", weight, a1, a2, b1, optional(LoraRole.GLORA_BM, step), b2);
        return scaled(parameter, difference, (turned ? a1 : a2).getShape().get(0), step);
    }

    /** (IA)^3 on a weight. */
    private NDArray stretched(Parameter parameter, NDArray weight, Scope step) throws RefractException {
        boolean lengths = has(LoraRole.LENGTHS);
        NDArray by = read(lengths ? LoraRole.LENGTHS : LoraRole.STRETCH, step);
        boolean inputs = lengths ? ofInputs(parameter, by, weight) : Tensors.scalar(read(LoraRole.ON_INPUT, step)) != 0;
        return KERNELS.call(step, "stretched", weight, by, lengths ? 1.0 : 0.0, strength, inputs);
    }

    /** PEFT multiplies a layer's inputs or its outputs and does not say which; the shape does, but for convolutions with as many of both. */
    private boolean ofInputs(Parameter parameter, NDArray by, NDArray weight) throws RefractException {
        if (by.getShape().dimension() == 2) {
            return by.getShape().get(0) == 1 && by.getShape().get(1) != 1;
        }
        if (weight.getShape().get(0) == weight.getShape().get(1)) {
            throw RefractException.usage("%s does not say whether it changes the inputs or the outputs of the convolution %s, which are as many; merge it "
                    + "into the model with PEFT.", file.location(), layer(parameter));
        }
        return by.size() == weight.getShape().get(1);
    }

    private NDArray kronecker(Parameter parameter, Scope step) throws RefractException {
        NDArray first = factor(LoraRole.LOKR_W1, LoraRole.LOKR_W1_A, LoraRole.LOKR_W1_B, step);
        NDArray second = has(LoraRole.LOKR_T2)
                ? KERNELS.call(step, "tucker", read(LoraRole.LOKR_T2, step), read(LoraRole.LOKR_W2_A, step), read(LoraRole.LOKR_W2_B, step))
                : factor(LoraRole.LOKR_W2, LoraRole.LOKR_W2_A, LoraRole.LOKR_W2_B, step);
        NDArray product = KERNELS.call(step, "kronecker", first, second);
        Optional<LoraRole> low = Optional.of(LoraRole.LOKR_W2_B).filter(this::has).or(() -> Optional.of(LoraRole.LOKR_W1_B).filter(this::has));
        return low.isEmpty() ? product : scaled(parameter, product, file.weights().get(names.get(low.get())).shape().get(0), step);
    }

    private NDArray factor(LoraRole whole, LoraRole a, LoraRole b, Scope step) throws RefractException {
        return has(whole) ? read(whole, step) : KERNELS.call(step, "product", read(a, step), read(b, step));
    }

    private NDArray scaled(Parameter parameter, NDArray difference, long rank, Scope step) throws RefractException {
        return KERNELS.call(step, "scaled", difference, scale(parameter, rank, step));
    }

    private double scale(Parameter parameter, long rank, Scope step) throws RefractException {
        Optional<Double> alpha = has(LoraRole.ALPHA) ? Optional.of(Tensors.scalar(read(LoraRole.ALPHA, step))) : Optional.empty();
        return scales.of(layer(parameter), alpha, rank);
    }

    private static String layer(Parameter parameter) {
        return parameter.path().substring(0, parameter.path().lastIndexOf('.'));
    }

    private RefractException misfit(Parameter parameter) {
        return RefractException.usage("%s was made for another model: what it adds to %s does not have that layer's shape.", file.location(),
                layer(parameter));
    }

    private boolean has(LoraRole role) {
        return names.containsKey(role);
    }

    /** {@code null} stands for None in the kernel. */
    private NDArray optional(LoraRole role, Scope step) throws RefractException {
        return has(role) ? read(role, step) : null;
    }

    private NDArray read(LoraRole role, Scope step) throws RefractException {
        if (!has(role)) {
            throw RefractException.usage("%s is incomplete: beside %s a tensor is missing; download it again.", file.location(),
                    names.values().iterator().next());
        }
        return file.read(names.get(role), step.manager());
    }
}
