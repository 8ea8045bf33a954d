package org.refract.model.sdxl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.clip.TokenizerFiles;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.weights.Spellings;
import org.refract.nn.ConfigFile;
import org.refract.nn.Module;
import org.refract.nn.weights.Checkpoint;
import org.refract.nn.weights.Spelling;

/** A folder as diffusers writes it: {@code model_index.json} and a folder for each part. */
record DiffusersFolder(Path location, ConfigFile index) implements ModelFiles {

    static final String INDEX = "model_index.json";
    static final String SCHEDULER_CONFIG = "scheduler_config.json";
    private static final String PIPELINES = "StableDiffusionXL";

    /** @throws RefractException if there is no such folder, or it is of another family */
    static DiffusersFolder open(Path folder) throws RefractException {
        if (!Files.isDirectory(folder)) {
            throw RefractException.usage("There is no folder %s; name the folder of a model in diffusers' layout.", folder);
        }
        ConfigFile index = ConfigFile.read(folder.resolve(INDEX));
        if (!ofFamily(index)) {
            throw RefractException.usage("%s is not of the Stable Diffusion XL family: its pipeline is '%s'.", folder,
                    index.text("_class_name", "unknown"));
        }
        return new DiffusersFolder(folder, index);
    }

    /** Whether a folder's index names a pipeline of this family. */
    static boolean recognises(Path folder) {
        Path index = folder.resolve(INDEX);
        try {
            return Files.isRegularFile(index) && ofFamily(ConfigFile.read(index));
        } catch (RefractException e) {
            return false;
        }
    }

    private static boolean ofFamily(ConfigFile index) throws RefractException {
        return index.text("_class_name", "").startsWith(PIPELINES);
    }

    @Override
    public boolean has(String part) {
        return index.value(part).filter(v -> v.isJsonArray() && v.getAsJsonArray().size() == 2 && !v.getAsJsonArray().get(1).isJsonNull())
                .isPresent();
    }

    @Override
    public ConfigFile config(String part) throws RefractException {
        return ConfigFile.read(configFile(location, part));
    }

    static Path configFile(Path folder, String part) {
        return folder.resolve(part).resolve(part.equals("scheduler") ? SCHEDULER_CONFIG : "config.json");
    }

    @Override
    public Map<String, SchedulerConfig> otherSchedulers() throws RefractException {
        return otherSchedulers(location);
    }

    /** The schedulers in {@code scheduler_NAME/} folders, by the folder's name. */
    static Map<String, SchedulerConfig> otherSchedulers(Path folder) throws RefractException {
        Map<String, SchedulerConfig> others = new LinkedHashMap<>();
        try (Stream<Path> folders = Files.list(folder)) {
            for (Path other : folders.filter(f -> f.getFileName().toString().startsWith("scheduler_")).sorted().toList()) {
                if (Files.isRegularFile(other.resolve(SCHEDULER_CONFIG))) {
                    others.put(other.getFileName().toString(), SchedulerConfig.read(ConfigFile.read(other.resolve(SCHEDULER_CONFIG))));
                }
            }
        } catch (IOException e) {
            throw RefractException.usage("%s cannot be read (%s); check its permissions.", folder, e.getMessage());
        }
        return others;
    }

    @Override
    public boolean forceZeros() throws RefractException {
        return index.flag("force_zeros_for_empty_prompt", true);
    }

    /** A folder that ships with a scheduler for few steps says so; for others their name counts. */
    @Override
    public Optional<Distillation> distilled() throws RefractException {
        SchedulerConfig scheduler = SchedulerConfig.read(config("scheduler"));
        Optional<Distillation> named = Distillation.ofModel(HubCache.nameOf(location));
        return switch (scheduler.className()) {
            case "EulerAncestralDiscreteScheduler" -> scheduler.timestepSpacing().equals("trailing") ? Optional.of(Distillation.TURBO) : named;
            case "LCMScheduler" -> named.or(() -> Optional.of(Distillation.LCM));
            case "TCDScheduler" -> named.or(() -> Optional.of(Distillation.TCD));
            default -> named;
        };
    }

    @Override
    public boolean aestheticScore() throws RefractException {
        return index.flag("requires_aesthetics_score", false);
    }

    @Override
    public List<Tokenizer> tokenizers(List<String> names) throws RefractException {
        return TokenizerFiles.read(names.stream().map(location::resolve).toList());
    }

    @Override
    public Spelling spelling(Module part) {
        return part.path().startsWith("text_encoder") ? Spellings.TEXT_ENCODER : part.path().equals("vae") ? Spellings.VAE : Spelling.OWN;
    }

    @Override
    public Checkpoint weights(String part, Placement.DType wanted) throws RefractException {
        return Checkpoint.open(location.resolve(part), ModelFiles.variants(wanted));
    }
}
