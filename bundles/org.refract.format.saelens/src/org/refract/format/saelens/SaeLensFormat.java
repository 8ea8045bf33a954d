package org.refract.format.saelens;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
        return Files.isRegularFile(location.resolve(CONFIG)) && Files.isRegularFile(location.resolve(WEIGHTS));
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        SaeLensConfig described = SaeLensConfig.read(Json.read(location.resolve(CONFIG)));
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (SafeTensors weights = SafeTensors.open(location.resolve(WEIGHTS))) {
            for (String name : weights.names()) {
                try (NDManager step = owner.newSubManager()) {
                    tensors.put(name.equals("topk_threshold") ? "threshold" : name, Weights.floats(owner, weights.read(name, step)));
                }
            }
        }
        SaeTensors.check(location.toString(), described.config(), tensors);
        return new Checkpoint(described.config(), tensors, described.provenance());
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
            String text = Json.text(SaeLensConfig.json(config, tensors.containsKey("W_skip"), published.provenance()));
            AtomicFile.write(folder.path().resolve(CONFIG), text);
            SafeTensorsWriter.write(folder.path().resolve(WEIGHTS), Map.of(), tensors);
            folder.commit();
        }
    }
}
