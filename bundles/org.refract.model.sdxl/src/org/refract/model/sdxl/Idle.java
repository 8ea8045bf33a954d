package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.StartImage;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.options.GuidanceOptions;
import org.refract.model.sdxl.options.MicroConditioning;
import org.refract.model.sdxl.options.TextOptions;
import org.refract.model.sdxl.options.VaeOptions;
import org.refract.model.sdxl.schedulers.SchedulerConfig;

/** What was asked for and changes nothing, a sentence each. */
final class Idle {

    private final ImageRequest request;
    private final TextOptions text;
    private final MicroConditioning sizes;
    private final Optional<MicroConditioning> negativeSizes;
    private final SdxlParts parts;
    private final List<String> sentences = new ArrayList<>();

    private Idle(ImageRequest request, SdxlParts parts) throws RefractException {
        this.request = request;
        this.text = TextOptions.of(request.options());
        this.sizes = MicroConditioning.of(request.options());
        this.negativeSizes = MicroConditioning.negative(request.options());
        this.parts = parts;
    }

    /** Looks through a request that the model can carry out. */
    static List<String> in(ImageRequest request, SdxlParts parts, SchedulerConfig scheduler) throws RefractException {
        Idle idle = new Idle(request, parts);
        idle.guidance();
        idle.texts();
        idle.sizes();
        idle.vae();
        request.start().flatMap(StartImage::mask).ifPresent(idle::mask);
        scheduler.idle().forEach(key -> idle.say("The scheduler %s knows nothing of '%s', which changes nothing.", scheduler.className(), key));
        return idle.sentences;
    }

    /**
     * What comes of a request's steps.
     *
     * @param guidance over the steps that are taken
     * @param steps    those
     */
    static List<String> in(ImageRequest request, Guidance guidance, StageSteps steps) {
        List<String> sentences = new ArrayList<>();
        if (steps.count() == 0) {
            sentences.add(request.stage().start() > 0
                    ? "None of the %d steps lies behind %s of the noise levels: the model that takes over there changes nothing; hand over earlier, or take more steps."
                            .formatted(request.steps(), request.stage().start())
                    : "None of the %d steps lies before %s of the noise levels: the model that ends there draws nothing; hand over later, or take more steps."
                            .formatted(request.steps(), request.stage().end()));
        } else if (request.guidance() > 1 && !guidance.anywhere()) {
            sentences.add("No step of %d lies from %s until %s: nothing is guided, and a negative prompt changes nothing.".formatted(steps.count(),
                    guidance.options().from(), guidance.options().until()));
        }
        return sentences;
    }

    private void guidance() throws RefractException {
        if (request.guidance() > 1) {
            return;
        }
        if (!request.negativePrompts().isEmpty() || !text.negativePrompts2().isEmpty()) {
            say("The negative prompt changes nothing: it needs guidance above 1, and this is %s.", request.guidance());
        }
        if (!GuidanceOptions.of(request.options()).equals(GuidanceOptions.DEFAULT)) {
            say("Where guidance begins and ends, and how far it is rescaled, changes nothing: it needs guidance above 1, and this is %s.", request.guidance());
        }
        if (negativeSizes.isPresent()) {
            say("Negative sizes, crops and scores change nothing: they need guidance above 1, and this is %s.", request.guidance());
        }
    }

    private void texts() {
        if (parts.textEncoder().isEmpty() && !(text.prompts2().isEmpty() && text.negativePrompts2().isEmpty())) {
            say("A prompt for the second text encoder changes nothing: this model has one.");
        }
    }

    private void sizes() {
        boolean score = sizes.aestheticScore().isPresent()
                || negativeSizes.map(MicroConditioning::aestheticScore).filter(s -> s.isPresent()).isPresent();
        boolean target = sizes.target().isPresent()
                || negativeSizes.flatMap(MicroConditioning::target).isPresent();
        if (score && !parts.aestheticScore()) {
            say("The aesthetic score changes nothing: only a refiner is told one.");
        }
        if (target && parts.aestheticScore()) {
            say("The target size changes nothing: a refiner is told an aesthetic score in its place.");
        }
    }

    private void vae() {
        VaeOptions vae = VaeOptions.of(request.options());
        if (vae.slicing()) {
            say("Slicing the VAE's work changes nothing: pictures are always decoded one after the other where they are large.");
        }
        int side = parts.vae().tile();
        if (vae.tiling() && request.height() <= side && request.width() <= side) {
            say("Tiling changes nothing: %d x %d pixels fit into one tile of %d x %d.", request.width(), request.height(), side, side);
        }
    }

    private void mask(NDArray mask) {
        float[] shares = Tensors.floats(mask);
        boolean all = true;
        boolean none = true;
        for (float share : shares) {
            all &= share >= 0.5f;
            none &= share < 0.5f;
        }
        if (none) {
            say("The mask is black everywhere: nothing is drawn anew.");
        } else if (all) {
            say("The mask is white everywhere: nothing of the picture is kept for it.");
        }
    }

    private void say(String sentence, Object... values) {
        sentences.add(sentence.formatted(values));
    }
}
