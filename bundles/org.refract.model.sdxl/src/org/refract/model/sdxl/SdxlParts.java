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
import org.refract.model.sdxl.clip.TextConfig;
import org.refract.model.sdxl.clip.TextEncoder;
import org.refract.model.sdxl.nn.ConfigFile;
import org.refract.model.sdxl.nn.Module;
import org.refract.model.sdxl.nn.Spelling;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.unet.UNet;
import org.refract.model.sdxl.unet.UNetConfig;
import org.refract.model.sdxl.vae.Vae;
import org.refract.model.sdxl.vae.VaeConfig;

/**
 * A diffusers folder of the SDXL family as its configuration files describe it; no weights.
 *
 * @param folder                  the folder
 * @param textEncoder             the first text encoder; the refiner has none
 * @param textEncoder2            the second, with projection
 * @param unet                    the U-Net
 * @param vae                     the autoencoder
 * @param scheduler               the scheduler in {@code scheduler/}
 * @param otherSchedulers         schedulers in {@code scheduler_NAME/} folders, by the folder's name
 * @param forceZeros              whether an absent negative prompt means an embedding of zeros
 * @param aestheticScore          whether the U-Net is told an aesthetic score instead of a target size (the refiner)
 */
record SdxlParts(Path folder, Optional<TextEncoder> textEncoder, TextEncoder textEncoder2, UNet unet, Vae vae, SchedulerConfig scheduler,
        Map<String, SchedulerConfig> otherSchedulers, boolean forceZeros, boolean aestheticScore) {

    static final String INDEX = "model_index.json";
    private static final String SCHEDULER_CONFIG = "scheduler_config.json";
    /** Numbers that the U-Net is told: original size, crop, target size. */
    private static final int SIZES = 6;
    /** Original size, crop, aesthetic score. */
    private static final int SIZES_AND_SCORE = 5;

    /** A part with weights: its module tree and how its files may spell the names. */
    record Part(Module module, Spelling spelling) {
        String name() {
            return module.path();
        }
    }

    /** @throws RefractException if a configuration file is missing or damaged, or the parts do not fit together */
    static SdxlParts read(Path folder) throws RefractException {
        ConfigFile index = ConfigFile.read(folder.resolve(INDEX));
        boolean first = present(index, "text_encoder");
        SdxlParts parts = new SdxlParts(folder,
                first ? Optional.of(textEncoder(folder, "text_encoder", false)) : Optional.empty(),
                textEncoder(folder, "text_encoder_2", true),
                new UNet("unet", UNetConfig.read(ConfigFile.read(folder.resolve("unet/config.json")))),
                new Vae("vae", VaeConfig.read(ConfigFile.read(folder.resolve("vae/config.json")))),
                SchedulerConfig.read(ConfigFile.read(folder.resolve("scheduler").resolve(SCHEDULER_CONFIG))), others(folder),
                index.flag("force_zeros_for_empty_prompt", true), index.flag("requires_aesthetics_score", false));
        parts.checkThatTheyFit();
        return parts;
    }

    /** Parts in the order in which a run meets them. */
    List<Part> all() {
        return Stream.concat(textEncoder.stream().map(t -> new Part(t, Spelling.TEXT_ENCODER)), Stream.of(
                new Part(textEncoder2, Spelling.TEXT_ENCODER), new Part(unet, Spelling.UNET), new Part(vae, Spelling.VAE))).toList();
    }

    private static boolean present(ConfigFile index, String part) {
        return index.value(part).filter(v -> v.isJsonArray() && v.getAsJsonArray().size() == 2 && !v.getAsJsonArray().get(1).isJsonNull())
                .isPresent();
    }

    private static TextEncoder textEncoder(Path folder, String part, boolean projected) throws RefractException {
        return new TextEncoder(part, TextConfig.read(ConfigFile.read(folder.resolve(part).resolve("config.json")), projected));
    }

    private static Map<String, SchedulerConfig> others(Path folder) throws RefractException {
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

    private void checkThatTheyFit() throws RefractException {
        UNetConfig u = unet.config();
        int text = textEncoder.map(t -> t.config().hiddenSize()).orElse(0) + textEncoder2.config().hiddenSize();
        for (int width : u.crossAttentionDim()) {
            fit(width == text, "the U-Net attends to a text embedding of width %d and the text encoders give %d", width, text);
        }
        int pooled = u.projectionClassEmbeddingsInputDim() - (aestheticScore ? SIZES_AND_SCORE : SIZES) * u.additionTimeEmbedDim();
        fit(pooled == textEncoder2.config().projection(), "the U-Net wants a pooled text embedding of width %d and text_encoder_2 gives %d", pooled,
                textEncoder2.config().projection());
        fit(u.inChannels() == u.outChannels() && u.outChannels() == vae.config().latentChannels(),
                "the U-Net works on %d latent channels and the VAE on %d", u.inChannels(), vae.config().latentChannels());
        int positions = textEncoder2.config().positions();
        fit(textEncoder.isEmpty() || textEncoder.get().config().positions() == positions, "the text encoders read %d and %d tokens",
                textEncoder.map(t -> t.config().positions()).orElse(0), positions);
    }

    private void fit(boolean fits, String sentence, Object... values) throws RefractException {
        if (!fits) {
            throw RefractException.usage("The parts in %s are of different models: %s; put the folder together again.", folder,
                    sentence.formatted(values));
        }
    }
}
