package org.refract.format.gemmascope;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.NpzFile;
import org.refract.engine.file.NpzWriter;
import org.refract.engine.sae.TopKNames;

/**
 * Gemma Scope's {@code params.npz} (Lieberum et al. 2024) and Gemma Scope 2's {@code params.safetensors}: JumpReLU with {@code W_enc}, {@code
 * W_dec}, {@code b_enc}, {@code b_dec}, {@code threshold}, nothing subtracted from the input, nothing normalised. The first is what is written.
 */
@Component
public final class GemmaScopeFormat implements CheckpointFormat {

    private static final String FIRST = "params.npz";
    private static final String SECOND = "params.safetensors";
    private static final List<String> NAMES = List.of("W_dec", "W_enc", "b_dec", "b_enc", "threshold");

    @Override
    public String id() {
        return "gemmascope";
    }

    @Override
    public boolean recognises(Path location) {
        Path file = file(location);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        return switch (file.getFileName().toString()) {
            case FIRST, SECOND -> true;
            case String name when name.endsWith(".npz") -> NpzFile.names(file).stream().map(Params::plain).toList().containsAll(NAMES);
            default -> false;
        };
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        Path file = file(location);
        return file.getFileName().toString().endsWith(".safetensors") ? SecondScope.read(file, owner) : FirstScope.read(file, owner);
    }

    @Override
    public void write(Checkpoint checkpoint, Path location) throws RefractException {
        NDManager manager = checkpoint.tensors().values().iterator().next().getManager();
        try (NDManager step = manager.newSubManager()) {
            SaeConfig config = TopKNames.publishable(checkpoint, step, "A Gemma Scope file").config();
            if (!config.variant().equals("jumprelu") || config.settings().flag("apply_b_dec_to_input") || config.settings().flag("rescale_acts_by_decoder_norm")
                    || !config.settings().text("normalize_activations").equals("none") || checkpoint.tensors().containsKey("W_skip")
                    || config.outputWidth() != config.width()) {
                throw RefractException.usage("A Gemma Scope file holds jumprelu autoencoders of one width that take their input as it is, not this %s one: write Refract's own format.",
                        config.variant());
            }
        }
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (String name : NAMES) {
            arrays.put(name, checkpoint.tensors().get(name));
        }
        NpzWriter.write(location.getFileName().toString().endsWith(".npz") ? location : location.resolve(FIRST), arrays);
    }

    private static Path file(Path location) {
        if (!Files.isDirectory(location)) {
            return location;
        }
        Path first = location.resolve(FIRST);
        return Files.isRegularFile(first) || !Files.isRegularFile(location.resolve(SECOND)) ? first : location.resolve(SECOND);
    }
}
