package org.refract.format.dictionarylearning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
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
import org.refract.engine.file.StateNames;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.file.TorchArchiveWriter;
import org.refract.engine.sae.SaeTensors;
import org.refract.engine.sae.TopKNames;
import org.refract.engine.sae.Weights;
import org.refract.engine.tensor.Tensors;

/**
 * A folder with {@code config.json} and {@code ae.pt} of dictionary_learning. The class named in {@code config.json} says what is computed:
 * several classes have the same tensors, so without it the file is refused.
 */
@Component
public final class DictionaryLearningFormat implements CheckpointFormat {

    private static final String WEIGHTS = "ae.pt";

    @Override
    public String id() {
        return "dictionary_learning";
    }

    @Override
    public boolean recognises(Path location) {
        return Files.isRegularFile(location.resolve(WEIGHTS));
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        TrainerConfig said = TrainerConfig.read(location);
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        List<String> notes = new ArrayList<>();
        Optional<Long> k = Optional.empty();
        Path file = location.resolve(WEIGHTS);
        try (TorchArchive archive = TorchArchive.open(file); NDManager step = owner.newSubManager()) {
            Optional<Backup> backup = Backup.of(archive);
            StateNames stored = backup.isPresent() ? backup.get().names() : StateNames.of(archive.tensors().keySet());
            stored.note().filter(note -> backup.isEmpty()).ifPresent(notes::add);
            Map<String, String> names = said.dictClass().names();
            stored.require(file, said.dictClass().title(), names.keySet());
            for (Map.Entry<String, String> each : stored.names().entrySet()) {
                String name = each.getKey();
                String inFile = each.getValue();
                NDArray read = archive.read(inFile, step);
                if (name.equals("k") && said.dictClass().sparse()) {
                    k = Optional.of(k(file, inFile, Weights.readCounts(step, file, inFile, read)));
                } else if (!names.containsKey(name)) {
                    throw RefractException.usage("%s has '%s', which an %s does not have: it is of another class.", file, inFile, said.dictClass().title());
                } else {
                    String ours = names.get(name);
                    tensors.put(ours, name.equals("group_sizes") ? Weights.readCounts(owner, file, inFile, read)
                            : name.endsWith(".weight") ? Weights.readTransposed(owner, file, inFile, read) : Weights.read(owner, file, inFile, read));
                }
            }
            if (backup.isPresent()) {
                backup.get().fold(tensors, owner);
                notes.add(backup.get().note());
            }
        }
        SaeConfig config = said.config(k);
        SaeTensors.check(location + " (" + said.dictClass().title() + ")", config, tensors);
        return new Checkpoint(config, tensors, said.provenance(), List.copyOf(notes));
    }

    private static long k(Path file, String name, NDArray scalar) throws RefractException {
        if (scalar.getShape().dimension() != 0) {
            throw RefractException.usage("%s has '%s' of shape %s where one number belongs.", file, name, scalar.getShape());
        }
        return Tensors.longs(scalar)[0];
    }

    @Override
    public void write(Checkpoint checkpoint, Path location) throws RefractException {
        NDManager manager = checkpoint.tensors().values().iterator().next().getManager();
        try (NDManager step = manager.newSubManager(); AtomicFolder folder = AtomicFolder.create(location)) {
            Checkpoint published = TopKNames.publishable(checkpoint, step, "A dictionary_learning checkpoint");
            if (DictClass.of(published.config()).filter(DictClass::sparse).isPresent()) {
                published = Weights.folded(published, step);
            }
            SaeConfig config = published.config();
            DictClass dictClass = DictClass.of(config).filter(c -> TrainerConfig.holds(config))
                    .orElseThrow(() -> RefractException.usage("dictionary_learning has no class for this %s autoencoder: write Refract's own format.",
                            config.variant()));
            Map<String, Object> state = new LinkedHashMap<>();
            for (Map.Entry<String, String> name : dictClass.names().entrySet()) {
                NDArray tensor = published.tensors().get(name.getValue());
                if (tensor == null && name.getValue().equals("threshold")) {
                    tensor = Tensors.of(step, new float[] {-1});
                }
                state.put(name.getKey(), name.getKey().endsWith(".weight") ? Weights.transposed(step, tensor) : tensor);
            }
            if (dictClass.sparse()) {
                state.put("k", step.create(new int[] {(int) config.settings().real("k")}, new Shape()));
            }
            AtomicFile.write(folder.path().resolve(TrainerConfig.FILE), Json.text(TrainerConfig.json(dictClass, config, published.provenance())));
            TorchArchiveWriter.write(folder.path().resolve(WEIGHTS), state, step);
            folder.commit();
        }
    }
}
