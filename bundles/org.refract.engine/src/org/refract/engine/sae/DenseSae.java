package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/**
 * A sparse autoencoder of a {@link SaeForm}, with the options that the published ones know: normalisation of the input, whether
 * {@code b_dec} is subtracted from it, latents in units of the decoder rows' norms, another output than input, a skip connection.
 *
 * <p>Where the input is normalised per sample, {@link #decode} gives the reconstruction in normalised units; {@link #reconstruct} knows the
 * sample and undoes the normalisation. What a transcoder writes is of another site and is left as it is (SAELens, saes/transcoder.py).
 */
public final class DenseSae implements Sae {

    /** Kernel text of the forms. */
    static final KernelLibrary KERNELS = KernelLibrary.of(DenseSae.class, "forms.ts.py");

    /** Pre-activations that exist at a time, 64 MiB. */
    private static final int PRE_ACTIVATIONS = 1 << 24;

    private final Scope scope;
    private final SaeConfig config;
    private final SaeForm form;
    private final Map<String, NDArray> tensors = new LinkedHashMap<>();
    private final int normalisation;
    private final int points;
    private NDArray directions;
    private NDArray encoder;

    private DenseSae(Scope scope, SaeConfig config, SaeForm form) {
        this.scope = scope;
        this.config = config;
        this.form = form;
        this.normalisation = switch (config.settings().text("normalize_activations")) {
            case "layer_norm" -> 1;
            case "constant_norm_rescale" -> 2;
            default -> 0;
        };
        this.points = config.points();
    }

    /**
     * An SAE from its tensors, which are copied; floating ones become float32, but for scalars.
     *
     * @throws RefractException if a tensor is missing, of another shape, or one that this form would drop
     */
    public static DenseSae restore(SaeForm form, SaeConfig config, Map<String, NDArray> tensors, Placement placement) throws RefractException {
        SaeTensors.check("A " + config.variant() + " autoencoder", form, config, tensors);
        DenseSae sae = new DenseSae(Scope.open(new Placement(placement.device(), Placement.DType.FP32)), config, form);
        try {
            sae.form.checkSizes(config);
            for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
                sae.take(tensor.getKey(), tensor.getValue());
            }
            return sae;
        } catch (RefractException | RuntimeException e) {
            sae.close();
            throw e;
        }
    }

    /** One of a published form. */
    public static DenseSae restore(SaeConfig config, Map<String, NDArray> tensors, Placement placement) throws RefractException {
        SaeForm form = SaeForm.find(config.variant()).orElseThrow(() -> RefractException.usage("'%s' is no published form of autoencoder.", config.variant()));
        return restore(form, config, tensors, placement);
    }

    /** Keeps a copy. The encoder's lies in memory as rows of latents, as the decoder's: training moves whole rows of both. */
    private void take(String name, NDArray tensor) {
        if (name.equals("W_enc")) {
            try (NDArray rows = tensor.transpose()) {
                encoder = copy(rows);
            }
            tensors.put(name, encoder.transpose());
        } else {
            tensors.put(name, copy(tensor));
        }
    }

    private NDArray copy(NDArray tensor) {
        try (Scope step = scope.child()) {
            NDArray moved = DTypes.move(step.manager(), tensor, scope.placement());
            boolean weights = DTypes.of(tensor).isFloating() && tensor.getShape().dimension() > 0;
            return KERNELS.call(scope, "own", weights ? DTypes.cast(step.manager(), moved, TorchType.FLOAT32) : moved);
        }
    }

    @Override
    public SaeConfig config() {
        return config;
    }

    @Override
    public SparseCodes encode(NDArray x) {
        NDManager out = x.getManager();
        if (form.encoding().isEmpty()) {
            return chosen(x);
        }
        long samples = x.getShape().get(0);
        long tile = Math.max(1, PRE_ACTIVATIONS / config.latents());
        try (NDManager step = out.newSubManager()) {
            NDList indices = new NDList();
            NDList values = new NDList();
            long slots = 1;
            for (long start = 0; start < samples; start += tile) {
                NDArray rows = KERNELS.call(step, "rows", x, start, Math.min(tile, samples - start));
                try (NDArray z = form.encoding().get().latents(step, KERNELS.callList(step, "normalise", rows, normalisation).get(0), this)) {
                    long most = Tensors.longs(KERNELS.call(step, "most", z))[0];
                    NDList part = KERNELS.callList(step, "compress", z, most);
                    indices.add(part.get(0));
                    values.add(part.get(1));
                    slots = Math.max(slots, most);
                }
            }
            return new SparseCodes(KERNELS.call(out, "padded", indices, slots), KERNELS.call(out, "padded", values, slots), config.latents());
        }
    }

    private SparseCodes chosen(NDArray x) {
        NDManager out = x.getManager();
        try (NDManager step = out.newSubManager()) {
            NDArray rows = KERNELS.callList(step, "normalise", x, normalisation).get(0);
            SparseRule.Selection selection = SparseRule.Selection.valueOf(config.settings().text("activation").toUpperCase(Locale.ROOT));
            NDArray centre = centre();
            SparseCodes codes = Codes.encode(rows, encoder, tensors.get("b_enc"), centre, norms(step), selection, config.settings().integer("k"));
            codes.indices().attach(out);
            codes.values().attach(out);
            return codes;
        }
    }

    private NDArray centre() {
        return config.settings().flag("apply_b_dec_to_input") ? tensors.get("b_dec") : null;
    }

    private NDArray pre(NDManager step, NDArray x) {
        return KERNELS.call(step, "pre", x, tensors.get("W_enc"), tensors.get("b_enc"), centre(), norms(step));
    }

    static NDArray relu(NDManager step, NDArray x, DenseSae sae) {
        return KERNELS.call(step, "relu", sae.pre(step, x));
    }

    static NDArray jumpRelu(NDManager step, NDArray x, DenseSae sae) {
        return KERNELS.call(step, "jumprelu", sae.pre(step, x), sae.tensors.get("threshold"));
    }

    static NDArray thresholded(NDManager step, NDArray x, DenseSae sae) {
        return sae.tensors.containsKey("threshold") ? jumpRelu(step, x, sae) : relu(step, x, sae);
    }

    static NDArray gated(NDManager step, NDArray x, DenseSae sae) {
        Map<String, NDArray> w = sae.tensors;
        return KERNELS.call(step, "gated", x, w.get("W_enc"), w.get("b_gate"), w.get("r_mag"), w.get("b_mag"), sae.centre());
    }

    @Override
    public NDArray decode(SparseCodes codes) {
        NDManager out = codes.values().getManager();
        try (NDManager step = out.newSubManager()) {
            return KERNELS.call(out, "decode", codes.indices(), codes.values(), tensors.get("W_dec"), tensors.get("b_dec"), norms(step));
        }
    }

    @Override
    public NDArray reconstruct(NDArray x, SparseCodes codes) {
        NDManager out = x.getManager();
        try (NDManager step = out.newSubManager(); NDArray decoded = decode(codes)) {
            NDList normal = KERNELS.callList(step, "normalise", x, normalisation);
            NDArray y = KERNELS.call(step, "denormalise", decoded, normal.get(1), normal.get(2), config.settings().flag("transcode") ? 0 : normalisation);
            NDArray result = tensors.containsKey("W_skip") ? KERNELS.call(step, "skipped", y, x, tensors.get("W_skip")) : y;
            result.attach(out);
            return result;
        }
    }

    private NDArray norms(NDManager step) {
        return config.settings().flag("rescale_acts_by_decoder_norm") ? KERNELS.call(step, "norms", tensors.get("W_dec"), points) : null;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Where latents are in units of the decoder rows' norms, this is a copy with its rows made unit vectors.
     */
    @Override
    public NDArray decoder() {
        if (!config.settings().flag("rescale_acts_by_decoder_norm")) {
            return tensors.get("W_dec");
        }
        return directions();
    }

    private synchronized NDArray directions() {
        if (directions == null) {
            directions = KERNELS.call(scope, "directions", tensors.get("W_dec"), points);
        }
        return directions;
    }

    /** Brings what was derived from the weights up to date after they were changed in place. */
    public void weightsChanged() {
        if (directions != null) {
            try (Scope step = scope.child()) {
                KERNELS.call(step, "into", directions, KERNELS.call(step, "directions", tensors.get("W_dec"), points));
            }
        }
    }

    @Override
    public Map<String, NDArray> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public void close() {
        scope.close();
    }

    /** Where its weights lie. */
    public Scope scope() {
        return scope;
    }

    /** The weights that a sparse step moves, as rows of latents. */
    SparseWeights sparseWeights() {
        NDArray skip = tensors.get("W_skip");
        List<String> names = new ArrayList<>(List.of("W_enc", "W_dec", "b_enc", "b_dec"));
        if (skip != null) {
            names.add("W_skip");
        }
        return new SparseWeights(encoder, tensors.get("W_dec"), tensors.get("b_enc"), tensors.get("b_dec"), skip == null ? List.of() : List.of(skip),
                List.copyOf(names), names.stream().map(tensors::get).toList());
    }

    /** How the kernels call its normalisation of the input. */
    int normalisation() {
        return normalisation;
    }

    /** Its form. */
    public SaeForm form() {
        return form;
    }
}
