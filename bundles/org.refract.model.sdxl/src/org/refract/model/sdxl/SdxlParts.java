package org.refract.model.sdxl;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.model.sdxl.clip.TextConfig;
import org.refract.model.sdxl.clip.TextEncoder;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.unet.UNet;
import org.refract.model.sdxl.unet.UNetConfig;
import org.refract.model.sdxl.vae.Vae;
import org.refract.model.sdxl.vae.VaeConfig;
import org.refract.nn.Module;
import org.refract.nn.Parameter;

/**
 * A model of the SDXL family as its configuration describes it; no weights.
 *
 * @param location                the folder or file
 * @param textEncoder             the first text encoder; the refiner has none
 * @param textEncoder2            the second, with projection
 * @param unet                    the U-Net
 * @param vae                     the autoencoder
 * @param scheduler               the scheduler in {@code scheduler/}
 * @param otherSchedulers         schedulers in {@code scheduler_NAME/} folders, by the folder's name
 * @param forceZeros              whether an absent negative prompt means an embedding of zeros
 * @param distilled               how it is run in few steps, if it was made for that
 * @param aestheticScore          whether the U-Net is told an aesthetic score instead of a target size (the refiner)
 */
record SdxlParts(Path location, Optional<TextEncoder> textEncoder, TextEncoder textEncoder2, UNet unet, Vae vae, SchedulerConfig scheduler,
        Map<String, SchedulerConfig> otherSchedulers, boolean forceZeros, boolean aestheticScore, Optional<Distillation> distilled) {

    /** Numbers that the U-Net is told: original size, crop, target size. */
    private static final int SIZES = 6;
    /** Original size, crop, aesthetic score. */
    private static final int SIZES_AND_SCORE = 5;

    /** A part with weights. */
    record Part(Module module) {
        String name() {
            return module.path();
        }
    }

    /** Reads the configuration files of a diffusers folder. */
    static SdxlParts read(Path folder) throws RefractException {
        return read(DiffusersFolder.open(folder));
    }

    /** @throws RefractException if a configuration file is missing or damaged, or the parts do not fit together */
    static SdxlParts read(ModelFiles files) throws RefractException {
        SchedulerConfig scheduler = SchedulerConfig.read(files.config("scheduler"));
        // steps in another spacing than the base model's were chosen by whoever made the model
        Optional<Distillation> distilled = files.distilled().map(d -> scheduler.timestepSpacing().equals("leading") ? d : d.withOwnScheduler());
        SdxlParts parts = new SdxlParts(files.location(),
                files.has("text_encoder") ? Optional.of(textEncoder(files, "text_encoder", false)) : Optional.empty(),
                textEncoder(files, "text_encoder_2", true),
                new UNet("unet", UNetConfig.read(files.config("unet"))), new Vae("vae", VaeConfig.read(files.config("vae"))),
                scheduler, files.otherSchedulers(), files.forceZeros(), files.aestheticScore(), distilled);
        parts.checkThatTheyFit();
        return parts;
    }

    /** The same parts, run as something that was added to them wants. */
    SdxlParts distilledAs(Distillation other) {
        return new SdxlParts(location, textEncoder, textEncoder2, unet, vae, scheduler, otherSchedulers, forceZeros, aestheticScore, Optional.of(other));
    }

    /** Parts with weights in the order in which a run meets them. */
    List<Part> all() {
        return Stream.concat(textEncoder.stream(), Stream.of(textEncoder2, unet, vae)).map(Part::new).toList();
    }

    /** The same in the order in which loading them takes the least memory at once. */
    List<Part> largestFirst() {
        return all().stream().sorted(Comparator.comparingLong(p -> -p.module().parameters().mapToLong(Parameter::size).sum())).toList();
    }

    private static TextEncoder textEncoder(ModelFiles files, String part, boolean projected) throws RefractException {
        return new TextEncoder(part, TextConfig.read(files.config(part), projected));
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
        int channels = vae.config().latentChannels();
        fit(u.outChannels() == channels && (u.inChannels() == channels || u.inChannels() == 2 * channels + 1),
                "the U-Net works on %d latent channels and the VAE on %d", u.inChannels(), vae.config().latentChannels());
        int positions = textEncoder2.config().positions();
        fit(textEncoder.isEmpty() || textEncoder.get().config().positions() == positions, "the text encoders read %d and %d tokens",
                textEncoder.map(t -> t.config().positions()).orElse(0), positions);
    }

    private void fit(boolean fits, String sentence, Object... values) throws RefractException {
        if (!fits) {
            throw RefractException.usage("The parts of %s are of different models: %s; put it together again.", location,
                    sentence.formatted(values));
        }
    }
}
