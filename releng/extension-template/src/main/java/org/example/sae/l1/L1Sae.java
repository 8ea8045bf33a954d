package org.example.sae.l1;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;

/**
 * The weights of an L1 autoencoder.
 *
 * <ul>
 *   <li>{@code W_enc} (latents, width), {@code b_enc} (latents)
 *   <li>{@code W_dec} (latents, width), rows of unit length, {@code b_dec} (width)
 * </ul>
 */
final class L1Sae implements Sae {

    /** This variant's own tensor operations. */
    static final KernelLibrary KERNELS = KernelLibrary.of(L1Sae.class, "l1.ts.py");

    /** The weights in the order in which the kernel takes them. */
    static final List<String> WEIGHTS = List.of("W_enc", "W_dec", "b_enc", "b_dec");

    private final Scope scope;
    private final SaeConfig config;
    private final Map<String, NDArray> tensors;

    private L1Sae(Scope scope, SaeConfig config, Map<String, NDArray> tensors) {
        this.scope = scope;
        this.config = config;
        this.tensors = tensors;
    }

    /** Takes copies of named weights. */
    static L1Sae of(SaeConfig config, Map<String, NDArray> weights, Placement placement) throws RefractException {
        Scope scope = Scope.open(fp32(placement));
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        for (String name : WEIGHTS) {
            Shape shape = switch (name) {
                case "b_enc" -> new Shape(config.latents());
                case "b_dec" -> new Shape(config.width());
                default -> new Shape(config.latents(), config.width());
            };
            NDArray weight = weights.get(name);
            if (weight == null || !weight.getShape().equals(shape)) {
                scope.close();
                throw RefractException.usage("An %s autoencoder needs the tensor '%s' of shape %s.", config.variant(), name, shape);
            }
            tensors.put(name, KERNELS.call(scope, "own", weight));
        }
        return new L1Sae(scope, config, tensors);
    }

    static Placement fp32(Placement placement) {
        return new Placement(placement.device(), Placement.DType.FP32);
    }

    @Override
    public SaeConfig config() {
        return config;
    }

    @Override
    public SparseCodes encode(NDArray x) {
        NDList codes = KERNELS.callList(x.getManager(), "encode", x, tensors.get("W_enc"), tensors.get("b_enc"), tensors.get("b_dec"));
        return new SparseCodes(codes.get(0), codes.get(1), config.latents());
    }

    @Override
    public NDArray decode(SparseCodes codes) {
        return KERNELS.call(codes.values().getManager(), "decode", codes.indices(), codes.values(), decoder(), tensors.get("b_dec"));
    }

    @Override
    public NDArray decoder() {
        return tensors.get("W_dec");
    }

    @Override
    public Map<String, NDArray> tensors() {
        return Map.copyOf(tensors);
    }

    Scope scope() {
        return scope;
    }

    @Override
    public void close() {
        scope.close();
    }
}
