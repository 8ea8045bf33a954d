package org.refract.format.saelens;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
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
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.file.Json;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SaeTensors;
import org.refract.engine.sae.TopKNames;
import org.refract.engine.sae.Weights;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;

/** A folder with {@code cfg.json} and {@code sae_weights.safetensors} (SAELens 6.x, and the flat {@code cfg.json} of earlier ones). */
@Component
public final class SaeLensFormat implements CheckpointFormat {

    private static final String CONFIG = "cfg.json";
    private static final String WEIGHTS = "sae_weights.safetensors";

    @Override
    public String id() {
        return "saelens";
    }

    @Override
    public boolean recognises(Path location) {
        return isSaeLens(location) && !SaeLensTrainingFormat.isOfTraining(location.resolve(CONFIG));
    }

    /** Whether a folder holds SAELens' two files. */
    static boolean isSaeLens(Path location) {
        return Files.isRegularFile(location.resolve(CONFIG)) && Files.isRegularFile(location.resolve(WEIGHTS));
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        SaeLensConfig described = SaeLensConfig.read(Json.read(location.resolve(CONFIG)));
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        Path file = location.resolve(WEIGHTS);
        try (SafeTensors weights = SafeTensors.open(file); NDManager step = owner.newSubManager()) {
            for (String name : weights.names()) {
                NDArray tensor = weights.read(name, step);
                switch (name) {
                    case "topk_threshold" -> tensors.put("threshold", DTypes.copy(owner, tensor));
                    case "log_threshold" -> tensors.put("threshold", Weights.exponential(owner, Weights.read(step, file, name, tensor)));
                    case "scaling_factor" -> requireOnes(location, tensor);
                    default -> tensors.put(name, Weights.read(owner, file, name, tensor));
                }
            }
        }
        if (!described.widths().isEmpty()) {
            tensors.put("group_sizes", Tensors.of(owner, groups(described.widths())));
        }
        SaeTensors.check(location.toString(), described.config(), tensors);
        boolean skip = tensors.containsKey("W_skip");
        if (skip != described.architecture().equals("skip_transcoder")) {
            throw RefractException.failure("%s says architecture %s, and there is %s W_skip.", location.resolve(CONFIG), described.architecture(), skip ? "a" : "no");
        }
        return new Checkpoint(described.config(), tensors, described.provenance());
    }

    /** SAELens kept a factor for each latent for a while, of ones unless the SAE was fine-tuned. */
    private static void requireOnes(Path location, NDArray factors) throws RefractException {
        for (double factor : Tensors.doubles(factors)) {
            if (Math.abs(factor - 1) > 1e-6) {
                throw RefractException.usage("%s has a scaling_factor that is not 1: let SAELens fold it into the weights first.", location);
            }
        }
    }

    private static long[] groups(List<Integer> widths) {
        long[] groups = new long[widths.size()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = widths.get(i) - (i == 0 ? 0 : widths.get(i - 1));
        }
        return groups;
    }

    @Override
    public void write(Checkpoint checkpoint, Path location) throws RefractException {
        NDManager manager = checkpoint.tensors().values().iterator().next().getManager();
        try (NDManager step = manager.newSubManager(); AtomicFolder folder = AtomicFolder.create(location)) {
            Checkpoint published = TopKNames.published(checkpoint, step);
            Optional<SaeForm> form = SaeForm.find(published.config().variant());
            boolean becomesJumpRelu = form.filter(f -> f == SaeForm.BATCHTOPK || f == SaeForm.MATRYOSHKA).isPresent();
            if (becomesJumpRelu) {
                published = Weights.folded(published, step);
            }
            SaeConfig config = published.config();
            Map<String, NDArray> tensors = new LinkedHashMap<>(published.tensors());
            tensors.keySet().removeAll(SaeForm.STATISTICS);
            if (becomesJumpRelu) {
                tensors.put("threshold", Weights.filled(step, config.latents(), tensors.get("threshold")));
                tensors.remove("group_sizes");
            } else if (form.filter(f -> f == SaeForm.KSPARSE).isPresent()) {
                tensors.remove("threshold");
            }
            write(folder, SaeLensConfig.json(config, tensors.containsKey("W_skip"), published.provenance()), tensors);
        }
    }

    /** Writes the two files. */
    static void write(AtomicFolder folder, JsonObject config, Map<String, NDArray> tensors) throws RefractException {
        AtomicFile.write(folder.path().resolve(CONFIG), Json.text(config));
        SafeTensorsWriter.write(folder.path().resolve(WEIGHTS), Map.of(), tensors);
        folder.commit();
    }
}
