package org.refract.api.model;

import java.util.List;
import java.util.Locale;
import org.refract.api.RefractException;

/**
 * Where a model computes and in which dtype.
 *
 * @param device {@code cpu} or {@code cuda:N}
 * @param dtype  the dtype of weights and activations
 */
public record Placement(String device, DType dtype) {

    /** Dtypes a model computes in. SAE master weights are always {@link #FP32}. */
    public enum DType { FP32, BF16, FP16 }

    /** The processor, in single precision. */
    public static final Placement CPU = new Placement("cpu", DType.FP32);

    /** Reads {@code cpu}, {@code cuda:0}, {@code cuda:0/fp16}. */
    public static Placement parse(String text) throws RefractException {
        List<String> parts = List.of(text.toLowerCase(Locale.ROOT).split("/", 2));
        String device = parts.getFirst().equals("cuda") ? "cuda:0" : parts.getFirst();
        if (!device.matches("cpu|cuda:\\d{1,3}")) {
            throw RefractException.usage("'%s' is not a device: write cpu or cuda:0, with /bf16 or /fp16 after it.", text);
        }
        try {
            return new Placement(device, parts.size() == 1 ? DType.FP32 : DType.valueOf(parts.get(1).toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw RefractException.usage("'%s' is not a dtype: write fp32, bf16 or fp16.", parts.get(1));
        }
    }

    @Override
    public String toString() {
        return device + "/" + dtype.name().toLowerCase(Locale.ROOT);
    }
}
