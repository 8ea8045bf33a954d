package org.refract.model.sdxl;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.vae.Vae;
import org.refract.model.sdxl.weights.Spellings;
import org.refract.nn.ConfigFile;
import org.refract.nn.Module;
import org.refract.nn.weights.Checkpoint;
import org.refract.nn.weights.Spelling;
import org.refract.nn.weights.WeightFile;

/**
 * A model with another VAE: a diffusers folder of one, a model's folder that has one, or a file with latent-diffusion's or diffusers'
 * names. A file that lies beside no {@code config.json} is taken to be configured as the model's own VAE.
 */
record WithVae(ModelFiles model, Path vae) implements ModelFiles {

    private static final String VAE = "vae";

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
        return model.lacking().stream().filter(part -> !part.equals(VAE)).toList();
    }

    @Override
    public ConfigFile config(String part) throws RefractException {
        if (!part.equals(VAE)) {
            return model.config(part);
        }
        Path config = Files.isDirectory(vae) ? folder().resolve("config.json") : vae.resolveSibling("config.json");
        return Files.isDirectory(vae) || Files.isRegularFile(config) ? ConfigFile.read(config) : model.config(VAE);
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
        return model.tokenizers(names);
    }

    @Override
    public Spelling spelling(Module part) throws RefractException {
        if (!(part instanceof Vae)) {
            return model.spelling(part);
        }
        if (Files.isDirectory(vae)) {
            return Spellings.VAE;
        }
        throw RefractException.usage("%s holds no VAE: it has no 'decoder.conv_in.weight'.", vae);
    }

    @Override
    public Checkpoint weights(String part, Placement.DType wanted) throws RefractException {
        if (!part.equals(VAE)) {
            return model.weights(part, wanted);
        }
        return Files.isDirectory(vae)
                ? Checkpoint.open(folder(), ModelFiles.variants(wanted))
                : Checkpoint.of(WeightFile.open(vae), config(VAE).name());
    }

    private Path folder() {
        return Files.isDirectory(vae.resolve(VAE)) ? vae.resolve(VAE) : vae;
    }
}
