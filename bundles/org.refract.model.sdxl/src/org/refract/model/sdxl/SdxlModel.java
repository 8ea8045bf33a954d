package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;
import org.refract.model.sdxl.nn.Context;
import org.refract.model.sdxl.nn.Forward;
import org.refract.model.sdxl.nn.HookTable;
import org.refract.model.sdxl.nn.Module;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.schedulers.Solver;
import org.refract.model.sdxl.unet.UNet;

/** An opened model of the SDXL family: text to pictures as diffusers' {@code StableDiffusionXLPipeline} makes them. */
final class SdxlModel implements ImageModel {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");
    /** Pixels that the VAE decodes at once: a batch of large pictures is decoded one by one. */
    private static final long DECODED_TOGETHER = 1L << 20;

    private final SdxlParts parts;
    private final ModelInfo info;
    private final Placement placement;
    private final Scope weights;
    private final PromptEncoder prompts;
    private final TorchType vaeType;
    private final List<HookPointInfo> hookPoints;
    private final List<HookPoint> defaultHookPoints;
    private final Map<String, HookPointInfo> byPath;

    SdxlModel(SdxlParts parts, ModelInfo info, Placement placement, Scope weights, PromptEncoder prompts, TorchType vaeType) {
        this.parts = parts;
        this.info = info;
        this.placement = placement;
        this.weights = weights;
        this.prompts = prompts;
        this.vaeType = vaeType;
        PaperHookPoints paper = PaperHookPoints.of(parts.unet());
        this.hookPoints = parts.all().stream().flatMap(p -> p.module().modules()).filter(Module::isHookable)
                .map(m -> m.hookPoint(paper.role(m.path()))).toList();
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
        return UsualRequest.of(parts.scheduler(), side);
    }

    @Override
    public ImageBatch generate(ImageRequest request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException {
        int scale = parts.vae().config().scaleFactor();
        RequestChecks.check(request, scale, parts.unet().config().inChannels());
        for (Hook hook : hooks) {
            require(hook.point());
        }
        HookTable table = new HookTable(hooks);
        try (Scope run = Scope.in(owner, placement)) {
            Solver solver = scheduler(request).scheduler().solver(request.steps(), run.manager());
            NDArray latents = denoise(request, solver, table, monitor, run);
            Optional<NDArray> images = request.decode()
                    ? Optional.of(decode(latents, table, new Pass(request.steps() - 1, request.steps(), 0, request.prompts().size(), false), run))
                    : Optional.empty();
            latents.attach(owner);
            images.ifPresent(i -> i.attach(owner));
            return new ImageBatch(latents, images);
        }
    }

    private SchedulerConfig scheduler(ImageRequest request) throws RefractException {
        if (request.scheduler().isEmpty()) {
            return parts.scheduler();
        }
        String name = request.scheduler().get();
        SchedulerConfig inFolder = parts.otherSchedulers().get(name);
        return inFolder == null ? parts.scheduler().named(name) : inFolder;
    }

    /** From noise to latents, {@code (batch, channels, h, w)} float32 in row-major order. */
    private NDArray denoise(ImageRequest request, Solver solver, HookTable hooks, Monitor monitor, Scope run) {
        int count = request.prompts().size();
        int scale = parts.vae().config().scaleFactor();
        boolean guided = request.guidance() > 1;
        UNet.Conditioning conditioning = conditioning(request, guided, hooks, monitor, run);
        Noise noise = new Noise(request, parts.unet().config().inChannels(), request.height() / scale, request.width() / scale);
        double[] timesteps = solver.timesteps();
        StageSteps steps = StageSteps.of(request.stage(), timesteps, parts.scheduler().numTrainTimesteps());
        NDArray sample = start(request, noise, solver, run);
        for (int i = steps.first(); i < steps.last(); i++) {
            monitor.checkpoint();
            try (Scope step = run.child()) {
                Pass pass = new Pass(i - steps.first(), steps.last() - steps.first(), timesteps[i], count, guided);
                NDArray output = predict(solver.scaleModelInput(step.manager(), i, sample), pass, conditioning, hooks, step);
                if (guided) {
                    output = KERNELS.call(step, "guided", output, request.guidance());
                }
                Optional<NDArray> fresh = solver.drawsNoise(i) ? Optional.of(onDevice(noise.next(step.manager()), step)) : Optional.empty();
                NDArray next = solver.step(run.manager(), i, output, sample, fresh);
                sample.close();
                sample = next;
            }
            monitor.advance(1);
        }
        return KERNELS.call(run, "row_major", sample);
    }

    /** The first sample: noise, or what an earlier stage left. */
    private NDArray start(ImageRequest request, Noise noise, Solver solver, Scope run) {
        return request.stage().latents().isPresent()
                ? DTypes.copy(run.manager(), onDevice(request.stage().latents().get(), run))
                : KERNELS.call(run, "scaled", onDevice(noise.next(run.manager()), run), solver.initNoiseSigma());
    }

    /** What the U-Net says about a sample, float32. */
    private NDArray predict(NDArray input, Pass pass, UNet.Conditioning conditioning, HookTable hooks, Scope step) {
        NDArray rows = pass.guided() ? KERNELS.call(step, "twice", input) : input;
        NDArray sample = DTypes.cast(step.manager(), rows, TorchType.of(placement));
        float[] told = new float[(int) rows.getShape().get(0)];
        Arrays.fill(told, (float) pass.timestep());
        NDArray timestep = onDevice(Tensors.of(step.manager(), told, told.length), step);
        NDArray output = parts.unet().forward(new Forward(hooks, pass, step.manager()), sample, timestep, conditioning);
        return DTypes.cast(step.manager(), output, TorchType.FLOAT32);
    }

    private UNet.Conditioning conditioning(ImageRequest request, boolean guided, HookTable hooks, Monitor monitor, Scope run) {
        int count = request.prompts().size();
        List<String> negative = negative(request);
        boolean zeros = negative.isEmpty();
        boolean both = guided && !zeros;
        List<String> texts = new ArrayList<>(both ? negative : List.of());
        texts.addAll(request.prompts());
        Pass pass = new Pass(0, request.steps(), 0, count, both);
        PromptEncoder.Embedding embedding = prompts.encode(texts, hooks, pass, monitor, run.manager());
        if (guided && zeros) {
            embedding = PromptEncoder.join(List.of(prompts.zeros(count, embedding, run.manager()), embedding), run.manager());
        }
        float[] ids = TimeIds.of(request, parts.aestheticScore(), guided);
        NDArray timeIds = Tensors.of(run.manager(), ids, guided ? 2L * count : count, ids.length / (guided ? 2L * count : count));
        Context context = request.steps() > 1 ? Context.kept(embedding.context(), run.manager()) : Context.once(embedding.context());
        return new UNet.Conditioning(context, embedding.pooled(), onDevice(timeIds, run));
    }

    /** A negative prompt for each picture, or none where the model wants zeros instead. */
    private List<String> negative(ImageRequest request) {
        int count = request.prompts().size();
        return switch (request.negativePrompts().size()) {
            case 0 -> parts.forceZeros() ? List.of() : Collections.nCopies(count, "");
            case 1 -> Collections.nCopies(count, request.negativePrompts().getFirst());
            default -> request.negativePrompts();
        };
    }

    /** Pictures {@code (batch, 3, height, width)} float32 in [0, 1]. */
    private NDArray decode(NDArray latents, HookTable hooks, Pass pass, Scope run) {
        long count = latents.getShape().get(0);
        long scale = parts.vae().config().scaleFactor();
        long pixels = latents.getShape().get(2) * latents.getShape().get(3) * scale * scale;
        long together = Math.clamp(DECODED_TOGETHER / pixels, 1, count);
        List<NDArray> pictures = new ArrayList<>();
        for (long from = 0; from < count; from += together) {
            try (Scope step = run.child()) {
                NDArray some = KERNELS.call(step, "rows", latents, from, Math.min(count, from + together));
                NDArray z = DTypes.cast(step.manager(), some, vaeType);
                NDArray decoded = parts.vae().decode(new Forward(hooks, pass, step.manager()), z);
                pictures.add(KERNELS.call(run, "picture", decoded));
            }
        }
        return pictures.size() == 1 ? pictures.getFirst() : KERNELS.call(run, "join_rows", pictures);
    }

    private NDArray onDevice(NDArray tensor, Scope scope) {
        return placement.device().equals("cpu") ? tensor : DTypes.move(scope.manager(), tensor, placement);
    }

    @Override
    public void close() {
        prompts.close();
        weights.close();
    }
}
