package org.refract.format.saelens;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
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
    private static final String SCALER = "activation_scaler.json";

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
        List<String> notes = new ArrayList<>();
        Path file = location.resolve(WEIGHTS);
        try (SafeTensors weights = SafeTensors.open(file); NDManager step = owner.newSubManager()) {
            StateNames names = StateNames.of(weights.names());
            names.note().ifPresent(notes::add);
            for (Map.Entry<String, String> name : names.names().entrySet()) {
                NDArray tensor = weights.read(name.getValue(), step);
                switch (name.getKey()) {
                    case "topk_threshold" -> tensors.put("threshold", DTypes.copy(owner, tensor));
                    case "log_threshold" -> tensors.put("threshold", Weights.exponential(owner, Weights.read(step, file, name.getValue(), tensor)));
                    default -> tensors.put(name.getKey(), Weights.read(owner, file, name.getValue(), tensor));
                }
            }
        }
        NDArray factors = tensors.remove("scaling_factor");
        if (!described.widths().isEmpty()) {
            tensors.put("group_sizes", Tensors.of(owner, groups(described.widths())));
        }
        SaeTensors.check(location.toString(), described.config(), tensors);
        boolean skip = tensors.containsKey("W_skip");
        if (skip != described.architecture().contains("skip")) {
            throw RefractException.usage("%s says architecture %s, and there is %s W_skip.", location.resolve(CONFIG), described.architecture(), skip ? "a" : "no");
        }
        if (factors != null && !Weights.areOnes(factors)) {
            requireFinetuned(location, described, factors);
            tensors.put("W_dec", Weights.timesRows(owner, tensors.get("W_dec"), factors));
            notes.add("scaling_factor, a factor for each latent after fine-tuning, folded into W_dec");
        }
        return unscaled(location, new Checkpoint(described.config(), tensors, described.provenance(), notes), owner);
    }

    /** SAELens kept a factor for each latent for a while, of ones unless the SAE was fine-tuned. */
    private static void requireFinetuned(Path location, SaeLensConfig described, NDArray factors) throws RefractException {
        if (!described.finetuned()) {
            throw RefractException.usage("%s has a scaling_factor that is not 1, but its %s does not say finetuning_scaling_factor: true, without which"
                    + " SAELens refuses it too.", location.resolve(WEIGHTS), CONFIG);
        }
        if (!factors.getShape().equals(new Shape(described.config().latents())) || !Tensors.areFinite(factors)) {
            throw RefractException.usage("%s has 'scaling_factor' of shape %s where a finite number for each of %d latents belongs.",
                    location.resolve(WEIGHTS), factors.getShape(), described.config().latents());
        }
        if (described.config().settings().flag("rescale_acts_by_decoder_norm")) {
            throw RefractException.usage("%s has a scaling_factor beside rescale_acts_by_decoder_norm: no version of SAELens knows both.",
                    location.resolve(CONFIG));
        }
    }

    /** A running training's checkpoint has the factor of its inputs beside it, which SAELens folds into the weights at the end. */
    private static Checkpoint unscaled(Path location, Checkpoint read, NDManager owner) throws RefractException {
        Path file = location.resolve(SCALER);
        Optional<Json> said = Files.isRegularFile(file) ? Json.read(file).find("scaling_factor") : Optional.empty();
        if (said.isEmpty() || said.get().number() == 1) {
            return read;
        }
        double factor = said.get().number();
        if (!(factor > 0)) {
            throw said.get().wrong("a positive number");
        }
        String normalisation = read.config().settings().text("normalize_activations");
        if (!normalisation.equals("expected_average_only_in")) {
            throw RefractException.usage("%s has the factor %s for inputs, but %s says normalize_activations %s: if the weights are without the factor,"
                    + " write expected_average_only_in there; if it is folded in, delete %s.", file, factor, CONFIG, normalisation, SCALER);
        }
        if (read.config().settings().flag("transcode")) {
            throw RefractException.usage("%s has the factor %s for the inputs of a transcoder, and nothing says what it does to its outputs: fold it into"
                    + " the weights and delete the file.", file, factor);
        }
        Checkpoint scaled = Weights.scaled(read, factor, owner);
        List<String> notes = new ArrayList<>(scaled.notes());
        notes.add("the input's factor %s of %s folded into W_enc, W_dec and b_dec".formatted(said.get().element().getAsString(), SCALER));
        return new Checkpoint(scaled.config(), scaled.tensors(), scaled.provenance(), List.copyOf(notes));
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
            Checkpoint published = TopKNames.publishable(checkpoint, step, "A SAELens checkpoint");
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
