package org.refract.format.saelens;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.tensor.Tensors;

/**
 * The folder of a training with SAELens, of the two architectures whose inference form is another one: {@code batchtopk} and {@code
 * matryoshka_batchtopk}, with {@code topk_threshold} and the nested widths. {@link SaeLensFormat} writes both as JumpReLU.
 */
@Component
public final class SaeLensTrainingFormat implements CheckpointFormat {

    private static final List<String> ARCHITECTURES = List.of("batchtopk", SaeLensConfig.MATRYOSHKA);

    @Override
    public String id() {
        return "saelens-training";
    }

    @Override
    public boolean recognises(Path location) {
        return SaeLensFormat.isSaeLens(location) && isOfTraining(location.resolve("cfg.json"));
    }

    /** Whether a {@code cfg.json} names one of its architectures; a damaged one does not. */
    static boolean isOfTraining(Path config) {
        try {
            Json cfg = Json.read(config);
            return cfg.has("architecture") && cfg.at("architecture").isText() && ARCHITECTURES.contains(cfg.at("architecture").text());
        } catch (RefractException damaged) {
            return false;
        }
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        return new SaeLensFormat().read(location, owner);
    }

    @Override
    public void write(Checkpoint checkpoint, Path location) throws RefractException {
        SaeConfig config = checkpoint.config();
        Map<String, NDArray> tensors = new LinkedHashMap<>(checkpoint.tensors());
        NDArray groups = tensors.remove("group_sizes");
        tensors.keySet().removeAll(SaeForm.STATISTICS);
        try (AtomicFolder folder = AtomicFolder.create(location)) {
            var cfg = SaeLensConfig.trainingJson(config, groups == null ? new long[0] : Tensors.longs(groups), checkpoint.provenance());
            tensors.put("topk_threshold", tensors.remove("threshold"));
            SaeLensFormat.write(folder, cfg, tensors);
        }
    }
}
