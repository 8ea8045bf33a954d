package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.GradientRequest;
import org.refract.api.model.Gradients;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.LatentSpace;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Output;
import org.refract.api.model.Pass;
import org.refract.api.model.PixelOutput;
import org.refract.api.model.PixelRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Request;
import org.refract.api.model.TextRequest;
import org.refract.engine.gradient.ImageGradients;
import org.refract.engine.tensor.Lanes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.TorchType;
import org.refract.model.sdxl.options.SdxlOptions;
import org.refract.model.sdxl.options.VaeOptions;
import org.refract.model.sdxl.prompt.Texts;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.schedulers.Solver;
import org.refract.model.sdxl.vae.VaeConfig;
import org.refract.nn.HookTable;
import org.refract.nn.Module;
import org.refract.nn.weights.WeightFailure;

/** An opened model of the SDXL family: text to pictures as diffusers' {@code StableDiffusionXLPipeline} makes them. */
final class SdxlModel implements ImageModel {

    private final SdxlParts parts;
    private final ModelInfo info;
    private final Placement placement;
    private final Scope weights;
    private final Lanes lanes;
    private final PromptEncoder prompts;
    private final Autoencoding vae;
    private final SchedulerPoints schedulerPoints;
    private final Preview preview;
    private final List<HookPointInfo> hookPoints;
    private final List<HookPoint> defaultHookPoints;
    private final Map<String, HookPointInfo> byPath;

    SdxlModel(SdxlParts parts, ModelInfo info, Placement placement, Scope weights, PromptEncoder prompts, TorchType vaeType, Lanes lanes) {
        this.parts = parts;
        this.info = info;
        this.placement = placement;
        this.weights = weights;
        this.prompts = prompts;
        this.lanes = lanes;
        this.vae = new Autoencoding(parts.vae(), vaeType, weights, lanes);
        this.schedulerPoints = new SchedulerPoints(parts.scheduler().className(), parts.vae().config().latentChannels());
        this.preview = new Preview(vae);
        PaperHookPoints paper = PaperHookPoints.of(parts.unet());
        this.hookPoints = Stream.concat(parts.all().stream().flatMap(p -> p.module().modules()).filter(Module::isHookable)
                .map(m -> m.hookPoint(paper.role(m.path()))), schedulerPoints.infos()).toList();
        this.defaultHookPoints = paper.points();
        this.byPath = new HashMap<>();
        hookPoints.forEach(p -> byPath.put(p.path(), p));
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public Placement placement() {
        return placement;
    }

    @Override
    public List<HookPointInfo> hookPoints() {
        return hookPoints;
    }

    @Override
    public Optional<HookPointInfo> hookPoint(String path) {
        return Optional.ofNullable(byPath.get(path));
    }

    @Override
    public List<HookPoint> defaultHookPoints() {
        return defaultHookPoints;
    }

    @Override
    public ImageRequest defaults() {
        int side = parts.unet().config().sampleSize() * parts.vae().config().scaleFactor();
        return UsualRequest.of(parts, side);
    }

    @Override
    public List<Hyperparameter> options() {
        return SdxlOptions.of(parts.textEncoder().isPresent(), parts.aestheticScore());
    }

    @Override
    public Optional<LatentSpace> latentSpace() {
        VaeConfig config = parts.vae().config();
        String scale = config.latentsMean().isEmpty()
                ? "times %s".formatted(config.scalingFactor())
                : "times %s after taking away %s and dividing by %s".formatted(config.scalingFactor(), config.latentsMean(), config.latentsStd());
        return Optional.of(new LatentSpace(config.latentChannels(), config.scaleFactor(), scale, parts.scheduler().noise(), parts.aestheticScore()));
    }

    @Override
    public List<String> idle(List<ImageRequest> requests) throws RefractException {
        List<Texts> texts = new ArrayList<>();
        for (ImageRequest request : requests) {
            texts.add(Texts.of(request, request.guidance() > 1 ? Conditioning.negative(request, parts.forceZeros()) : List.of()));
        }
        return prompts.unspoken(texts).stream().map(inversion -> "%s changes nothing: no prompt%s holds the word '%s'.".formatted(inversion.file(),
                requests.stream().anyMatch(r -> r.guidance() > 1) ? ", wanted or negative," : "", String.join("' or '", inversion.words()))).toList();
    }

    /** As many as there are threads where every layer is small and computes in single precision, in which nothing has to be widened. */
    @Override
    public int lanes(ImageRequest request) {
        int scale = parts.vae().config().scaleFactor();
        boolean small = parts.unet().config().isSmall(request.height() / scale, request.width() / scale) && vae.isForLanes(request.height(), request.width());
        return small && placement.equals(Placement.CPU) ? Lanes.threads() : 1;
    }

    @Override
    public Output run(Request request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException {
        return switch (request) {
            case ImageRequest image -> generate(image, hooks, monitor, owner);
            case PixelRequest pixels -> look(pixels, hooks, monitor, owner);
            case TextRequest text -> throw refused(text, "draws pictures and looks at them");
        };
    }

    private PixelOutput look(PixelRequest request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException {
        for (Hook hook : hooks) {
            require(hook.point());
        }
        try (Scope run = Scope.in(owner, placement)) {
            return Looking.at(request, vae, new HookTable(hooks), monitor, run, owner);
        } catch (WeightFailure e) {
            throw e.sentence();
        }
    }

    @Override
    public ImageBatch generate(ImageRequest request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException {
        RequestChecks.check(request, parts);
        for (Hook hook : hooks) {
            require(hook.point());
        }
        Idle.in(request, parts, scheduler(request)).forEach(monitor::note);
        HookTable table = new HookTable(hooks);
        WindowGroups groups = Conditioning.groups(parts, prompts, request);
        try {
            return groups.isOne() ? draw(request, table, monitor, owner) : draw(groups, request, table, monitor, owner);
        } catch (WeightFailure e) {
            throw e.sentence();
        }
    }

    /** Draws pictures whose prompts take different numbers of windows. */
    private ImageBatch draw(WindowGroups groups, ImageRequest request, HookTable table, Monitor monitor, NDManager owner) throws RefractException {
        try (Scope all = Scope.in(owner, placement)) {
            GroupMonitor counting = new GroupMonitor(monitor, request.prompts().size());
            List<ImageBatch> drawn = new ArrayList<>();
            for (ImageRequest group : groups.requests(request, all.manager())) {
                counting.begin(group.prompts().size());
                drawn.add(draw(group, table, counting, all.manager()));
            }
            NDArray latents = groups.joined(drawn.stream().map(ImageBatch::latents).toList(), all.manager());
            Optional<NDArray> images = request.decode()
                    ? Optional.of(groups.joined(drawn.stream().map(d -> d.images().orElseThrow()).toList(), all.manager()))
                    : Optional.empty();
            latents.attach(owner);
            images.ifPresent(i -> i.attach(owner));
            return new ImageBatch(latents, images, drawn.getFirst().draws());
        }
    }

    /** Draws pictures whose prompts take equally many windows. */
    private ImageBatch draw(ImageRequest request, HookTable table, Monitor monitor, NDManager owner) throws RefractException {
        try (Scope run = Scope.in(owner, placement)) {
            Denoising.Denoised denoised = denoise(request, table, monitor, run);
            int count = request.prompts().size();
            Pass last = new Pass(request.steps() - 1, request.steps(), 0, count, false);
            Optional<NDArray> images = request.decode()
                    ? Optional.of(vae.decode(denoised.clean(), VaeOptions.of(request.options()), table, last, monitor, run))
                    : Optional.empty();
            denoised.latents().attach(owner);
            images.ifPresent(i -> i.attach(owner));
            return new ImageBatch(denoised.latents(), images, denoised.draws());
        }
    }

    private Denoising.Denoised denoise(ImageRequest request, HookTable hooks, Monitor monitor, Scope run) throws RefractException {
        Solver solver = scheduler(request).scheduler().solver(request.steps(), run.manager());
        int scale = parts.vae().config().scaleFactor();
        Draws noise = new Draws(request, placement, parts.vae().config().latentChannels(), request.height() / scale, request.width() / scale);
        Beginning beginning = Beginning.of(request, parts, vae, solver, noise, hooks, monitor, run);
        StageSteps steps = StageSteps.of(beginning.first(), request.stage(), solver.timesteps(), parts.scheduler().numTrainTimesteps());
        if (steps.count() == 0 && request.start().isPresent()) {
            throw RefractException.usage("With this strength and stage no step is left to do; "
                    + "raise the strength, or change where the stage begins or ends.");
        }
        Guidance guidance = Guidance.of(request, steps.count(), solver.order());
        Idle.in(request, guidance, steps).forEach(monitor::note);
        Conditioning conditioning = Conditioning.of(parts, prompts, request, guidance, hooks, monitor, run);
        return new Denoising(parts.unet(), schedulerPoints, solver, steps, conditioning, guidance, beginning.inpainting(), noise, hooks, lanes)
                .run(beginning.sample(), preview.on(monitor, run), monitor, run);
    }

    @Override
    public Gradients gradients(ImageRequest request, GradientRequest wanted, List<? extends Hook> hooks, Monitor monitor, NDManager owner)
            throws RefractException {
        RequestChecks.check(request, parts);
        if (!Conditioning.groups(parts, prompts, request).isOne()) {
            throw RefractException.usage("The prompts are of such different lengths that their pictures are drawn apart, and a gradient is that "
                    + "of one run; ask for one picture at a time, or have long prompts cut.");
        }
        try {
            return ImageGradients.of(this, request, wanted, hooks, monitor, owner);
        } catch (WeightFailure e) {
            throw e.sentence();
        }
    }

    private SchedulerConfig scheduler(ImageRequest request) throws RefractException {
        Optional<String> said = request.scheduler();
        if (said.isEmpty()) {
            return parts.scheduler();
        }
        String name = said.get();
        SchedulerConfig inFolder = parts.otherSchedulers().get(name);
        return inFolder == null ? parts.scheduler().named(name) : inFolder;
    }

    @Override
    public void close() {
        lanes.close();
        prompts.close();
        weights.close();
    }
}
