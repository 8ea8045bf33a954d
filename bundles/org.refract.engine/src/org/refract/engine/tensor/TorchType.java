package org.refract.engine.tensor;

import ai.djl.ndarray.types.DataType;
import java.util.Locale;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;

/**
 * Element types of tensors, with torch's number of each (c10/core/ScalarType.h) and safetensors' name. DJL itself knows only some of them:
 * a tensor of the others ({@link #djl()} is empty) is an ordinary tensor to every kernel, and no DJL method but {@code close},
 * {@code attach} and {@code getShape} may be called on it.
 */
public enum TorchType {
    FLOAT32(6, 4, "F32", DataType.FLOAT32),
    FLOAT64(7, 8, "F64", DataType.FLOAT64),
    FLOAT16(5, 2, "F16", DataType.FLOAT16),
    BFLOAT16(15, 2, "BF16", null),
    UINT8(0, 1, "U8", DataType.UINT8),
    INT8(1, 1, "I8", DataType.INT8),
    INT16(2, 2, "I16", null),
    INT32(3, 4, "I32", DataType.INT32),
    INT64(4, 8, "I64", DataType.INT64),
    UINT16(27, 2, "U16", null),
    UINT32(28, 4, "U32", null),
    UINT64(29, 8, "U64", null),
    BOOL(11, 1, "BOOL", DataType.BOOLEAN),
    FLOAT8_E5M2(23, 1, "F8_E5M2", null),
    FLOAT8_E4M3(24, 1, "F8_E4M3", null);

    private final int number;
    private final int bytes;
    private final String safetensors;
    private final DataType djl;

    TorchType(int number, int bytes, String safetensors, DataType djl) {
        this.number = number;
        this.bytes = bytes;
        this.safetensors = safetensors;
        this.djl = djl;
    }

    /** torch's number. */
    public int number() {
        return number;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The name in a safetensors header. */
    public String safetensors() {
        return safetensors;
    }

    /** DJL's type, where DJL can handle it. */
    public Optional<DataType> djl() {
        return Optional.ofNullable(djl);
    }

    /** Whether elements are numbers with a fraction. */
    public boolean isFloating() {
        return name().startsWith("FLOAT") || this == BFLOAT16;
    }

    /** The element type of a placement. */
    public static TorchType of(Placement placement) {
        return switch (placement.dtype()) {
            case FP32 -> FLOAT32;
            case BF16 -> BFLOAT16;
            case FP16 -> FLOAT16;
        };
    }

    /** The type that DJL calls {@code type}. */
    public static TorchType of(DataType type) {
        for (TorchType candidate : values()) {
            if (candidate.name().equals(type.name()) || candidate.djl == type) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("no torch type for " + type);
    }

    /** The type with torch's number {@code number}. */
    public static TorchType ofNumber(int number) {
        for (TorchType candidate : values()) {
            if (candidate.number == number) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("no torch type has the number " + number);
    }

    /** The type with this safetensors name, if there is one. */
    public static Optional<TorchType> ofSafetensors(String name) {
        for (TorchType candidate : values()) {
            if (candidate.safetensors.equals(name)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Reads {@code bfloat16}, {@code bf16}, {@code float32}, {@code fp32}, {@code F32} and the like. */
    public static TorchType parse(String name) throws RefractException {
        String plain = name.toLowerCase(Locale.ROOT).replace("torch.", "");
        return switch (plain) {
            case "fp32", "f32", "float" -> FLOAT32;
            case "fp64", "f64", "double" -> FLOAT64;
            case "fp16", "f16", "half" -> FLOAT16;
            case "bf16" -> BFLOAT16;
            default -> {
                for (TorchType candidate : values()) {
                    if (candidate.name().toLowerCase(Locale.ROOT).equals(plain) || candidate.safetensors.toLowerCase(Locale.ROOT).equals(plain)) {
                        yield candidate;
                    }
                }
                throw RefractException.usage("'%s' is not an element type of tensors: write fp32, fp16 or bf16.", name);
            }
        };
    }
}
