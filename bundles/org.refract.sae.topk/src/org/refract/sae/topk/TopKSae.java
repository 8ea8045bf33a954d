package org.refract.sae.topk;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.Codes;
import org.refract.engine.sae.SparseRule;
import org.refract.engine.sae.SparseWeights;
import org.refract.engine.tensor.Scope;

/**
 * {@code z = ReLU(TopK_k(W_enc (x − b_pre) + b_lat))}, {@code x̂ = W_dec z + b_pre}.
 *
 * <ul>
 *   <li>{@code encoder.weight} (latents, width)
 *   <li>{@code decoder.weight} (width, latents), kept with its columns contiguous
 *   <li>{@code pre_bias} (width), {@code latent_bias} (latents)
 *   <li>{@code stats_last_nonzero} (latents) int64, steps since the latent fired
 * </ul>
 */
final class TopKSae implements Sae {

    /** Kernel text of this variant. */
    static final KernelLibrary KERNELS = KernelLibrary.of(TopKSae.class, "topk.ts.py");

    private final Scope scope;
    private final SaeConfig config;
    private final TopKSettings settings;
    private final Map<String, NDArray> tensors = new LinkedHashMap<>();
    private final NDArray decoder;

    private TopKSae(Scope scope, SaeConfig config, NDArray encoder, NDArray decoder, NDArray preBias, NDArray latentBias, NDArray lastNonzero)
            throws RefractException {
        this.scope = scope;
        this.config = config;
        this.settings = TopKSettings.of(config);
        this.decoder = decoder;
        tensors.put("encoder.weight", encoder);
        tensors.put("decoder.weight", decoder.transpose());
        tensors.put("pre_bias", preBias);
        tensors.put("latent_bias", latentBias);
        tensors.put("stats_last_nonzero", lastNonzero);
    }

    /** Takes the tensors of {@code published}, by their published names and shapes, as copies. */
    static TopKSae of(SaeConfig config, Map<String, NDArray> published, Placement placement) throws RefractException {
        long n = config.latents();
        long d = config.width();
        Scope scope = Scope.open(new Placement(placement.device(), Placement.DType.FP32));
        try (Scope step = scope.child()) {
            TensorTable table = new TensorTable(published, scope, step);
            return new TopKSae(scope, config, table.floats("encoder.weight", n, d), table.transposed("decoder.weight", d, n),
                    table.floats("pre_bias", d), table.floats("latent_bias", n), table.longs("stats_last_nonzero", n));
        } catch (RefractException | RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    @Override
    public SaeConfig config() {
        return config;
    }

    @Override
    public SparseCodes encode(NDArray x) {
        return Codes.encode(x, encoder(), latentBias(), preBias(), null, SparseRule.Selection.TOPK, settings.k());
    }

    @Override
    public NDArray decode(SparseCodes codes) {
        return Codes.decode(codes.values().getManager(), codes, decoder, preBias());
    }

    @Override
    public NDArray decoder() {
        return decoder;
    }

    @Override
    public Map<String, NDArray> tensors() {
        return Map.copyOf(tensors);
    }

    @Override
    public void close() {
        scope.close();
    }

    Scope scope() {
        return scope;
    }

    TopKSettings settings() {
        return settings;
    }

    NDArray encoder() {
        return tensors.get("encoder.weight");
    }

    NDArray preBias() {
        return tensors.get("pre_bias");
    }

    NDArray latentBias() {
        return tensors.get("latent_bias");
    }

    /** As rows of latents, and by their published names. */
    SparseWeights weights() {
        return new SparseWeights(encoder(), decoder, latentBias(), preBias(), List.of(),
                List.of("encoder.weight", "decoder.weight", "latent_bias", "pre_bias"),
                List.of(encoder(), tensors.get("decoder.weight"), latentBias(), preBias()));
    }

    NDArray lastNonzero() {
        return tensors.get("stats_last_nonzero");
    }
}
