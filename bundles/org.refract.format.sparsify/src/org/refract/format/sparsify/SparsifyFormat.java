package org.refract.format.sparsify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.file.StateNames;
import org.refract.engine.sae.SaeTensors;
import org.refract.engine.sae.TopKNames;
import org.refract.engine.sae.Weights;

/**
 * A folder with {@code cfg.json} and {@code sae.safetensors} of EleutherAI/sparsify, or of SAeUron: {@code encoder.weight} (latents, width),
 * {@code encoder.bias}, {@code W_dec} (latents, width), {@code b_dec}, and {@code W_skip} (width, width) with a skip connection. A transcoder
 * subtracts nothing from its input.
 */
@Component
public final class SparsifyFormat implements CheckpointFormat {

    private static final String CONFIG = "cfg.json";
    private static final String WEIGHTS = "sae.safetensors";

    @Override
    public String id() {
        return "sparsify";
    }

    @Override
    public boolean recognises(Path location) {
        return Files.isRegularFile(location.resolve(CONFIG)) && Files.isRegularFile(location.resolve(WEIGHTS));
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        Json cfg = Json.read(location.resolve(CONFIG));
        SparsifyConfig described = SparsifyConfig.read(cfg);
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        List<String> notes = new ArrayList<>(described.notes());
        Path file = location.resolve(WEIGHTS);
        try (SafeTensors weights = SafeTensors.open(file); NDManager step = owner.newSubManager()) {
            StateNames names = StateNames.of(weights.names());
            names.note().ifPresent(notes::add);
            for (Map.Entry<String, String> name : names.names().entrySet()) {
                NDArray read = weights.read(name.getValue(), step);
                switch (name.getKey()) {
                    case "encoder.weight" -> tensors.put("W_enc", Weights.readTransposed(owner, file, name.getValue(), read));
                    case "encoder.bias" -> tensors.put("b_enc", Weights.read(owner, file, name.getValue(), read));
                    default -> tensors.put(name.getKey(), Weights.read(owner, file, name.getValue(), read));
                }
            }
        }
        SaeTensors.check(location.toString(), described.config(), tensors);
        if (described.skip() != tensors.containsKey("W_skip")) {
            throw cfg.at("skip_connection").wrong(described.skip() ? "false, as there is no W_skip" : "true, as there is a W_skip");
        }
        if (described.unit()) {
            Weights.checkUnitRows(location.toString(), tensors.get("W_dec"));
        }
        return new Checkpoint(described.config(), tensors, Optional.empty(), List.copyOf(notes));
    }

    @Override
    public void write(Checkpoint checkpoint, Path location) throws RefractException {
        NDManager manager = checkpoint.tensors().values().iterator().next().getManager();
        try (NDManager step = manager.newSubManager(); AtomicFolder folder = AtomicFolder.create(location)) {
            Checkpoint published = TopKNames.publishable(checkpoint, step, "A sparsify checkpoint");
            SaeConfig config = published.config();
            Map<String, NDArray> from = published.tensors();
            boolean transcode = config.variant().equals("transcoder") || config.variant().equals("ksparse") && config.settings().flag("transcode");
            if (!transcode && !config.variant().equals("ksparse") || !config.settings().text("activation").matches("topk|groupmax")
                    || !config.settings().text("normalize_activations").equals("none") || config.settings().flag("rescale_acts_by_decoder_norm")
                    || config.settings().flag("apply_b_dec_to_input") == transcode || config.outputWidth() != config.width()) {
                throw RefractException.usage("A sparsify checkpoint cannot hold this %s autoencoder: write Refract's own format.", config.variant());
            }
            JsonObject cfg = new JsonObject();
            cfg.addProperty("activation", config.settings().text("activation"));
            cfg.addProperty("expansion_factor", SparsifyConfig.EXPANSION);
            cfg.addProperty("normalize_decoder", unitRows(from.get("W_dec")));
            cfg.addProperty("num_latents", config.latents());
            cfg.addProperty("k", config.settings().integer("k"));
            cfg.addProperty("multi_topk", false);
            cfg.addProperty("skip_connection", from.containsKey("W_skip"));
            cfg.addProperty("transcode", transcode);
            cfg.addProperty("d_in", config.width());
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("encoder.weight", Weights.transposed(step, from.get("W_enc")));
            tensors.put("encoder.bias", from.get("b_enc"));
            for (String name : new String[] {"W_dec", "b_dec", "W_skip"}) {
                if (from.containsKey(name)) {
                    tensors.put(name, from.get(name));
                }
            }
            AtomicFile.write(folder.path().resolve(CONFIG), Json.text(cfg));
            SafeTensorsWriter.write(folder.path().resolve(WEIGHTS), Map.of(), tensors);
            folder.commit();
        }
    }

    private static boolean unitRows(NDArray decoder) {
        try {
            Weights.checkUnitRows("", decoder);
            return true;
        } catch (RefractException notNormalised) {
            return false;
        }
    }
}
