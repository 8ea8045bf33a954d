package org.refract.model.sdxl;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.model.sdxl.clip.TextConfig;
import org.refract.model.sdxl.clip.TextEncoder;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.clip.TokenizerFiles;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.weights.Spellings;
import org.refract.nn.ConfigFile;
import org.refract.nn.Module;
import org.refract.nn.weights.Checkpoint;
import org.refract.nn.weights.Spelling;
import org.refract.nn.weights.StoredWeight;
import org.refract.nn.weights.WeightFile;

/**
 * A model whose text encoders lie elsewhere: in another model's folder or file, in the folder of one encoder, or in files of one each, as
 * ComfyUI keeps them. Tokenizers come with them where they lie in a model's folder.
 *
 * @param from where they are, the first that fits is taken
 */
record WithTextEncoders(ModelFiles model, List<Path> from) implements ModelFiles {

    private static final String PREFIX = "text_encoder";
    private static final String TABLE = "text_model.embeddings.token_embedding.weight";

    /** @throws RefractException if one of the places holds no text encoder of this model */
    WithTextEncoders check() throws RefractException {
        for (Path location : from) {
            WithTextEncoders alone = new WithTextEncoders(model, List.of(location));
            if (alone.place(PREFIX).isEmpty() && alone.place(PREFIX + "_2").isEmpty()) {
                throw RefractException.usage("%s holds no text encoder that fits %s; name a model of its family, or a file of one encoder.", location,
                        model.location());
            }
        }
        return this;
    }

    @Override
    public Path location() {
        return model.location();
    }

    @Override
    public boolean has(String part) {
        return model.has(part);
    }

    @Override
    public List<String> lacking() throws RefractException {
        List<String> lacking = new ArrayList<>();
        for (String part : model.lacking()) {
            if (!part.startsWith(PREFIX) || place(part).isEmpty()) {
                lacking.add(part);
            }
        }
        return lacking;
    }

    @Override
    public ConfigFile config(String part) throws RefractException {
        if (part.startsWith(PREFIX)) {
            for (Path location : from) {
                Optional<Path> folder = folder(location, part);
                if (folder.isPresent()) {
                    return ConfigFile.read(folder.get().resolve("config.json"));
                }
            }
        }
        return model.config(part);
    }

    @Override
    public Map<String, SchedulerConfig> otherSchedulers() throws RefractException {
        return model.otherSchedulers();
    }

    @Override
    public boolean forceZeros() throws RefractException {
        return model.forceZeros();
    }

    @Override
    public Optional<Distillation> distilled() throws RefractException {
        return model.distilled();
    }

    @Override
    public boolean aestheticScore() throws RefractException {
        return model.aestheticScore();
    }

    @Override
    public List<Tokenizer> tokenizers(List<String> names) throws RefractException {
        for (Path location : from) {
            List<Path> folders = names.stream().map(location::resolve).toList();
            if (folders.stream().allMatch(Files::isDirectory)) {
                return TokenizerFiles.read(folders);
            }
        }
        return model.tokenizers(names);
    }

    @Override
    public Spelling spelling(Module part) throws RefractException {
        return model.spelling(part);
    }

    @Override
    public Checkpoint weights(String part, Placement.DType wanted) throws RefractException {
        Optional<Path> place = part.startsWith(PREFIX) ? place(part) : Optional.empty();
        if (place.isEmpty()) {
            return model.weights(part, wanted);
        }
        return Files.isDirectory(place.get())
                ? Checkpoint.open(place.get(), ModelFiles.variants(wanted))
                : Checkpoint.of(WeightFile.open(place.get()), config(part).name());
    }

    /** The folder or file with an encoder's weights. */
    private Optional<Path> place(String part) throws RefractException {
        for (Path location : from) {
            Optional<Path> place = Files.isDirectory(location) ? folder(location, part) : holds(location, part) ? Optional.of(location) : Optional.empty();
            if (place.isPresent()) {
                return place;
            }
        }
        return Optional.empty();
    }

    /** A folder of an encoder: that of its name in a model, or one whose class it is. */
    private static Optional<Path> folder(Path location, String part) throws RefractException {
        Path inModel = location.resolve(part);
        if (Files.isRegularFile(inModel.resolve("config.json"))) {
            return Optional.of(inModel);
        }
        Path config = location.resolve("config.json");
        if (!Files.isRegularFile(config)) {
            return Optional.empty();
        }
        String classes = ConfigFile.read(config).value("architectures").map(Object::toString).orElse("");
        return classes.contains("CLIPText") && classes.contains("WithProjection") == part.endsWith("_2") ? Optional.of(location) : Optional.empty();
    }

    /** Whether a file holds an encoder of the width that the model's has. */
    private boolean holds(Path file, String part) throws RefractException {
        TextEncoder encoder = new TextEncoder(part, TextConfig.read(config(part), part.endsWith("_2")));
        try (WeightFile weights = WeightFile.open(file)) {
            Optional<Spelling> spelling = Spellings.find(encoder, weights.weights().keySet());
            return spelling.isPresent() && spelling.get().origins().apply(TABLE).stream().map(origin -> weights.weights().get(origin.name()))
                    .anyMatch(table -> table != null && isOfWidth(table, encoder.config().hiddenSize()));
        }
    }

    private static boolean isOfWidth(StoredWeight table, int width) {
        return table.shape().dimension() == 2 && table.shape().get(1) == width;
    }
}
