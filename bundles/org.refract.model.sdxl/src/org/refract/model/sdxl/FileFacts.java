package org.refract.model.sdxl;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.clip.TextualInversion;
import org.refract.model.sdxl.vae.VaeConfig;
import org.refract.model.sdxl.weights.FileKind;
import org.refract.model.sdxl.weights.LoraPart;
import org.refract.nn.ConfigFile;
import org.refract.nn.adapter.LoraFacts;
import org.refract.nn.weights.WeightFile;

/** Says what a file or folder is that belongs to models of this family and is none itself. */
final class FileFacts {

    private FileFacts() {
    }

    /** Facts by name, {@code what} first; empty if it is nothing of this family. */
    static Optional<Map<String, String>> of(Path location) throws RefractException {
        if (Files.isDirectory(location)) {
            return vaeFolder(location);
        }
        if (!Files.isRegularFile(location) || !WeightFile.named(location)) {
            return Optional.empty();
        }
        try (WeightFile file = WeightFile.open(location); Scope scope = Scope.open(Placement.CPU)) {
            FileKind kind = FileKind.of(file);
            Map<String, String> facts = new LinkedHashMap<>();
            Optional<String> foreign = kind == FileKind.LORA ? LoraFacts.foreign(file) : Optional.empty();
            facts.put("what", foreign.map("changes of weights of the kind %s; nothing here adds them to a model"::formatted)
                    .orElse(kind.what() + "; " + kind.remedy()));
            facts.put("tensors", String.valueOf(file.weights().size()));
            switch (kind) {
                case LORA -> facts.putAll(LoraFacts.of(file, scope.manager(), LoraPart::inWords, LoraPart.allInWords()));
                case EMBEDDING -> {
                    TextualInversion inversion = TextualInversion.read(location);
                    facts.put("word", String.join(", ", inversion.words()));
                    facts.put("vectors", inversion.vectors().stream().map(v -> "%d of width %d%s".formatted(v.count(), v.width(),
                            v.output() ? " in place of what the encoder gives" : ""))
                            .collect(Collectors.joining(", ")));
                }
                case VAE -> facts.put("names", file.weights().keySet().stream().anyMatch(n -> n.contains("decoder.up_blocks."))
                        ? "diffusers'" : "latent-diffusion's");
                case UNET, OLDER_STABLE_DIFFUSION -> { }
                case SDXL, SDXL_REFINER, SDXL_UNET -> {
                    Missing missing = new Missing(SingleFile.open(location).lacking());
                    if (!missing.isAny()) {
                        return Optional.empty();
                    }
                    facts.put("what", "%s; it has %s: %s%s".formatted(kind == FileKind.SDXL_UNET ? "a U-Net of Stable Diffusion XL" : kind.what(), missing.inWords(),
                            missing.remedy(), kind == FileKind.SDXL_UNET ? ", or put the file into the unet folder of a model" : ""));
                }
                case CONTROL_NET -> { }
                default -> {
                    return Optional.empty();
                }
            }
            return Optional.of(facts);
        }
    }

    private static Optional<Map<String, String>> vaeFolder(Path folder) throws RefractException {
        Path config = folder.resolve("config.json");
        if (!Files.isRegularFile(config) || !ConfigFile.read(config).text("_class_name", "").equals("AutoencoderKL")) {
            return Optional.empty();
        }
        VaeConfig vae = VaeConfig.read(ConfigFile.read(config));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("what", FileKind.VAE.what() + "; " + FileKind.VAE.remedy());
        facts.put("latents", "%d channels, %d pixels a side for each, scaled by %s".formatted(vae.latentChannels(), vae.scaleFactor(), vae.scalingFactor()));
        facts.put("half precision", vae.forceUpcast() ? "computes in float32 all the same, for it overflows" : "does not overflow");
        return Optional.of(facts);
    }
}
