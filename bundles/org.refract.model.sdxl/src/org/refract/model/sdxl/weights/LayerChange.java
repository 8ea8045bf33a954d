package org.refract.model.sdxl.weights;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.kernel.KernelException;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.nn.Parameter;

/**
 * What one LoRA file adds to one layer: {@code W + s·Δ} with Δ = (alpha / rank) · B A (LoRA), (alpha / rank) · (B₁ A₁ ∘ B₂ A₂) (LoHa) or
 * (alpha / rank) · W₁ ⊗ W₂ (LoKr), a Tucker core between the factors of a convolution (LoCon), or a difference of full rank; with a
 * magnitude m the result is {@code m · (W + s·Δ) / ‖W + s·Δ‖} (DoRA, Weight-Decomposed Low-Rank Adaptation, equation 5).
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
            Optional<NDArray> difference = difference(parameter, step);
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
    private Optional<NDArray> difference(Parameter parameter, Scope step) throws RefractException {
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
        if (names.keySet().stream().anyMatch(role -> role.name().startsWith("LOKR"))) {
            return Optional.of(kronecker(parameter, step));
        }
        if (names.keySet().stream().allMatch(role -> role == LoraRole.BIAS_DIFFERENCE || role == LoraRole.ALPHA)) {
            return Optional.empty();
        }
        throw RefractException.usage("%s is incomplete: for the layer %s it holds %s alone; download it again.", file.location(),
                layer(parameter), String.join(", ", names.values()));
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
