package org.refract.engine.sae;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.TensorFloat32Products;

/** In which numbers the products of a training step are computed; weights, sums and the optimiser are float32 in any case. */
public enum Products {
    /** float32. */
    FP32,
    /** Factors are rounded to bfloat16, 7 bits of mantissa. */
    BF16,
    /** Factors are rounded to TensorFloat32, 10 bits of mantissa, by the GPU itself. */
    TF32;

    /** What a person may set. */
    static final Hyperparameter HYPERPARAMETER = new Hyperparameter("products", Kind.CHOICE, "fp32", "fp32|bf16|tf32", Optional.empty());

    /** What a person set. */
    public static Products of(Settings settings) {
        return valueOf(settings.text(HYPERPARAMETER.name()).toUpperCase(Locale.ROOT));
    }

    /** Refuses numbers that the device cannot multiply. */
    void check(Placement placement) throws RefractException {
        if (this == TF32) {
            TensorFloat32Products.check(placement);
        }
    }

    /** Runs what holds products. */
    <T> T compute(Supplier<T> work) {
        if (this != TF32) {
            return work.get();
        }
        try (TensorFloat32Products on = TensorFloat32Products.begin()) {
            return work.get();
        }
    }
}
