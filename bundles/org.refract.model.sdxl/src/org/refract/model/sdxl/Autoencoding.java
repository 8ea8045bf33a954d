package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Pass;
import org.refract.model.sdxl.options.VaeOptions;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Lanes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.TorchType;
import org.refract.model.sdxl.vae.Vae;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;
import org.refract.nn.Parameter;

/**
 * Pictures to latents and back. Pictures are computed one after the other, small ones as many as there are threads, so that memory does not
 * depend on their number, unless a hook in the VAE wants to see them together. What overflows in a half type is repeated in single precision,
 * which then stays.
 */
final class Autoencoding {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");
    /** Pixels of the largest picture that is computed whole: 2048 squared, where one map of SDXL's VAE takes 4 GiB. */
    private static final long WHOLE = 1L << 22;

    private final Scope weights;
    private final Lanes lanes;
    private Vae vae;
    private TorchType type;

    /**
     * @param vae     with its weights
     * @param type    their element type
     * @param weights owns weights that take the place of the first ones
     * @param lanes   for small pictures
     */
    Autoencoding(Vae vae, TorchType type, Scope weights, Lanes lanes) {
        this.vae = vae;
        this.type = type;
        this.weights = weights;
        this.lanes = lanes;
    }

    /**
     * @param latents {@code (batch, channels, h, w)} as the scheduler left them
     * @return {@code (batch, 3, height, width)} float32 in [0, 1], in row-major order
     * @throws RefractException if the VAE gives numbers that are not finite even in single precision
     */
    NDArray decode(NDArray latents, VaeOptions options, HookTable hooks, Pass pass, Monitor monitor, Scope run) throws RefractException {
        long scale = vae.config().scaleFactor();
        boolean tiled = tiled(options, latents, scale * scale, monitor);
        return each(latents, isSmall(latents, scale, run), hooks, run, (step, some) -> {
            Forward forward = new Forward(hooks, pass, step.manager());
            return computed(forward, isSmall(some, scale, run), on -> tiled ? vae.decodeTiled(on, some) : vae.decode(on, some));
        }, "picture", "decoding", monitor);
    }

    /**
     * @param pictures {@code (batch, 3, height, width)} in [-1, 1]
     * @return moments {@code (batch, 2 · channels, h, w)} float32
     * @throws RefractException if the VAE gives numbers that are not finite even in single precision
     */
    NDArray encode(NDArray pictures, VaeOptions options, HookTable hooks, Pass pass, Monitor monitor, Scope run) throws RefractException {
        boolean tiled = tiled(options, pictures, 1, monitor);
        return each(pictures, isSmall(pictures, 1, run), hooks, run, (step, some) -> {
            Forward forward = new Forward(hooks, pass, step.manager());
            return computed(forward, isSmall(some, 1, run), on -> tiled ? vae.encodeTiled(on, some) : vae.encode(on, some));
        }, "single_precision", "encoding", monitor);
    }

    /** Whether lanes are for pictures of this size. */
    private boolean isSmall(NDArray map, long scale, Scope run) {
        return run.placement().device().equals("cpu") && vae.config().isSmall(map.getShape().get(2) * scale, map.getShape().get(3) * scale);
    }

    private NDArray computed(Forward forward, boolean small, Function<Forward, NDArray> work) {
        return small ? forward.over(lanes, work) : work.apply(forward);
    }

    /** Whether several lanes may make pictures of this size at once: they are small, and no weights are exchanged meanwhile. */
    boolean isForLanes(long height, long width) {
        return type == TorchType.FLOAT32 && vae.config().isSmall(height, width);
    }

    /** The VAE as it computes now. */
    Vae vae() {
        return vae;
    }

    private static boolean tiled(VaeOptions options, NDArray map, long pixelsEach, Monitor monitor) {
        boolean huge = map.getShape().get(2) * map.getShape().get(3) * pixelsEach > WHOLE;
        if (huge && !options.tiling()) {
            monitor.note("The picture is so large that the VAE computes it in tiles, which changes it a little.");
        }
        return huge || options.tiling();
    }

    private NDArray each(NDArray rows, boolean small, HookTable hooks, Scope run, BiFunction<Scope, NDArray, NDArray> compute, String finish, String work,
            Monitor monitor) throws RefractException {
        long count = rows.getShape().get(0);
        long together = hooks.touches(vae) ? count : small ? Lanes.threads() : 1;
        List<NDArray> done = new ArrayList<>();
        for (long from = 0; from < count; from += together) {
            monitor.checkpoint();
            try (Scope step = run.child()) {
                NDArray some = KERNELS.call(step, "rows", rows, from, Math.min(count, from + together));
                done.add(KERNELS.call(run, finish, finite(step, some, compute, work, monitor)));
            }
        }
        return done.size() == 1 ? done.getFirst() : KERNELS.call(run, "join_rows", done);
    }

    private NDArray finite(Scope step, NDArray some, BiFunction<Scope, NDArray, NDArray> compute, String work, Monitor monitor)
            throws RefractException {
        NDArray result = compute.apply(step, DTypes.cast(step.manager(), some, type));
        if (type != TorchType.FLOAT32 && NotFinite.in(result)) {
            monitor.note("The VAE overflowed in %s while %s and goes on in fp32.".formatted(type == TorchType.FLOAT16 ? "fp16" : "bf16", work));
            widen();
            result = compute.apply(step, DTypes.cast(step.manager(), some, type));
        }
        NotFinite.check(result, "While %s, the VAE gave".formatted(work));
        return result;
    }

    private void widen() {
        Vae wide = vae.empty();
        Iterator<Parameter> narrow = vae.parameters().iterator();
        wide.parameters().forEach(parameter -> {
            NDArray before = narrow.next().value();
            parameter.fill(DTypes.cast(weights.manager(), before, TorchType.FLOAT32));
            before.close();
        });
        vae = wide;
        type = TorchType.FLOAT32;
    }
}
