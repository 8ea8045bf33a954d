package org.refract.format.gemmascope;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.NpzFile;
import org.refract.engine.file.NpzWriter;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SaeTensors;
import org.refract.engine.sae.Weights;

/**
 * A {@code params.npz} with {@code W_enc}, {@code W_dec}, {@code b_enc}, {@code b_dec}, {@code threshold}: JumpReLU, nothing subtracted from
 * the input, nothing normalised (Lieberum et al. 2024, Gemma Scope). Input and output are of one width, also of its transcoders.
 */
@Component
public final class GemmaScopeFormat implements CheckpointFormat {

    private static final String FILE = "params.npz";
    private static final List<String> NAMES = List.of("W_dec", "W_enc", "b_dec", "b_enc", "threshold");

    @Override
    public String id() {
        return "gemmascope";
    }

    @Override
    public boolean recognises(Path location) {
        Path file = file(location);
        if (!Files.isRegularFile(file) || !file.getFileName().toString().endsWith(".npz")) {
            return false;
        }
        try (NpzFile npz = NpzFile.open(file)) {
            return npz.arrays().keySet().containsAll(NAMES);
        } catch (RefractException e) {
            return false;
        }
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        Path file = file(location);
        try (NpzFile npz = NpzFile.open(file)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : npz.arrays().keySet()) {
                try (NDManager step = owner.newSubManager()) {
                    tensors.put(name, Weights.read(owner, file, name, npz.read(name, step)));
                }
            }
            Shape bias = npz.arrays().get("b_dec");
            Shape latents = npz.arrays().get("b_enc");
            if (bias == null || latents == null || bias.dimension() != 1 || latents.dimension() != 1) {
                throw RefractException.failure("%s is not a Gemma Scope file: it needs b_enc (latents) and b_dec (width), it has %s.", file, npz.arrays());
            }
            int n = Math.toIntExact(latents.get(0));
            int width = Math.toIntExact(bias.get(0));
            SaeConfig config = SaeForm.JUMPRELU.config(width, width, n, Map.of("apply_b_dec_to_input", "false"));
            SaeTensors.check(file.toString(), config, tensors);
            return new Checkpoint(config, tensors, Optional.empty());
        }
    }

    @Override
    public void write(Checkpoint checkpoint, Path location) throws RefractException {
        SaeConfig config = checkpoint.config();
        if (!config.variant().equals("jumprelu") || config.settings().flag("apply_b_dec_to_input") || config.settings().flag("rescale_acts_by_decoder_norm")
                || !config.settings().text("normalize_activations").equals("none") || checkpoint.tensors().containsKey("W_skip")
                || config.outputWidth() != config.width()) {
            throw RefractException.usage("A Gemma Scope file holds jumprelu autoencoders of one width that take their input as it is, not this %s one: write Refract's own format.",
                    config.variant());
        }
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (String name : NAMES) {
            arrays.put(name, checkpoint.tensors().get(name));
        }
        NpzWriter.write(location.getFileName().toString().endsWith(".npz") ? location : location.resolve(FILE), arrays);
    }

    private static Path file(Path location) {
        return Files.isDirectory(location) ? location.resolve(FILE) : location;
    }
}
