package org.refract.model.sdxl;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.Model;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.TorchType;
import org.refract.model.sdxl.clip.TextConfig;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.clip.TokenizerFiles;
import org.refract.model.sdxl.nn.Checkpoint;
import org.refract.model.sdxl.nn.ConfigFile;

/** Opens Stable Diffusion XL, its Turbo and refiner, and models of their shape, from diffusers folders. */
@Component(service = ModelBackend.class)
public final class SdxlBackend implements ModelBackend {

    private static final String PIPELINES = "StableDiffusionXL";

    @Override
    public String id() {
        return "sdxl";
    }

    @Override
    public boolean recognises(Path location) {
        Path index = location.resolve(SdxlParts.INDEX);
        try {
            return Files.isRegularFile(index) && ConfigFile.read(index).text("_class_name", "").startsWith(PIPELINES);
        } catch (RefractException e) {
            return false;
        }
    }

    @Override
    public ModelInfo inspect(Path location) throws RefractException {
        SdxlParts parts = SdxlParts.read(folder(location));
        Map<String, Checkpoint> weights = new LinkedHashMap<>();
        try {
            for (SdxlParts.Part part : parts.all()) {
                weights.put(part.name(), Checkpoint.open(parts.folder().resolve(part.name())));
                weights.get(part.name()).match(part.module(), part.spelling());
            }
            return SdxlInfo.of(parts, Fingerprint.of(weights));
        } finally {
            weights.values().forEach(Checkpoint::close);
        }
    }

    @Override
    public Model open(Path location, Placement placement, Adapters adapters, Monitor monitor) throws RefractException {
        if (!adapters.isEmpty()) {
            throw RefractException.usage("LoRA, textual inversion and another VAE cannot be added to %s: open it as it is.", location);
        }
        Path folder = folder(location);
        ModelInfo info = inspect(folder);
        SdxlParts parts = SdxlParts.read(folder);
        Optional<Tokenizer> first = parts.textEncoder().isPresent()
                ? Optional.of(tokenizer(folder.resolve("tokenizer"), parts.textEncoder().get().config()))
                : Optional.empty();
        Tokenizer second = tokenizer(folder.resolve("tokenizer_2"), parts.textEncoder2().config());
        boolean upcast = placement.dtype() == Placement.DType.FP16 && parts.vae().config().forceUpcast();
        Placement vaePlacement = upcast ? new Placement(placement.device(), Placement.DType.FP32) : placement;
        Scope weights = Scope.open(placement);
        try {
            for (SdxlParts.Part part : parts.all()) {
                monitor.checkpoint();
                try (Checkpoint checkpoint = Checkpoint.open(folder.resolve(part.name()))) {
                    Placement where = part.module() == parts.vae() ? vaePlacement : placement;
                    checkpoint.fill(part.module(), part.spelling(), Scope.in(weights.manager(), where));
                }
            }
            return new SdxlModel(parts, info, placement, weights, new PromptEncoder(parts, first, second, weights), TorchType.of(vaePlacement));
        } catch (RefractException | RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    private Path folder(Path location) throws RefractException {
        Path folder = location.getFileName() != null && location.getFileName().toString().equals(SdxlParts.INDEX) ? location.toAbsolutePath().getParent() : location;
        if (!Files.isDirectory(folder)) {
            throw RefractException.usage("There is no folder %s; name the folder of a model in diffusers' layout.", folder);
        }
        if (Files.isRegularFile(folder.resolve(SdxlParts.INDEX)) && !recognises(folder)) {
            throw RefractException.usage("%s is not of the Stable Diffusion XL family: its pipeline is '%s'.", folder,
                    ConfigFile.read(folder.resolve(SdxlParts.INDEX)).text("_class_name", "unknown"));
        }
        return folder;
    }

    private static Tokenizer tokenizer(Path folder, TextConfig config) throws RefractException {
        Tokenizer tokenizer = TokenizerFiles.read(folder);
        if (tokenizer.maxLength() > config.positions()) {
            throw RefractException.usage("The tokenizer in %s gives %d tokens and its text encoder reads %d; the parts are of different models.",
                    folder, tokenizer.maxLength(), config.positions());
        }
        return tokenizer;
    }
}
