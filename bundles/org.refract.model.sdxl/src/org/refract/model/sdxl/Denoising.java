package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Pass;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Lanes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;
import org.refract.model.sdxl.schedulers.Solver;
import org.refract.model.sdxl.unet.UNet;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;

/**
 * From a first sample to latents, call by call of the U-Net.
 *
 * @param unet         the network
 * @param points       where hooks see the steps
 * @param solver       the method
 * @param steps        which of its calls
 * @param conditioning what the U-Net is told
 * @param guidance     how its two halves become one prediction
 * @param inpainting   what stays of a picture
 * @param noise        for solvers that draw some at every step
 * @param hooks        the hooks of the run
 * @param lanes        for a U-Net that is small
 */
record Denoising(UNet unet, SchedulerPoints points, Solver solver, StageSteps steps, Conditioning conditioning, Guidance guidance,
        Inpainting inpainting, Draws noise, HookTable hooks, Lanes lanes) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");

    /**
     * @param first {@code (batch, channels, h, w)} float32, owned by the run and freed by it
     * @param watcher sees the sample without noise as each call predicts it, {@code (batch, channels, h, w)}, freed after the call
     * @return latents of the same shape in row-major order, owned by {@code run}
     * @throws RefractException if a step gives numbers that are not finite: which step, and which part
     */
    Denoised run(NDArray first, Optional<Consumer<NDArray>> watcher, Monitor monitor, Scope run) throws RefractException {
        NDArray sample = first;
        Optional<NDArray> predicted = Optional.empty();
        for (int i = steps.first(); i < steps.last(); i++) {
            monitor.checkpoint();
            try (Scope scope = run.child()) {
                Call call = new Call(this, i, scope);
                NDArray next = call.take(scope.adopt(sample));
                if (NotFinite.in(next)) {
                    NotFinite.check(call.output, "In step %d of %d the U-Net gave".formatted(i - steps.first() + 1, steps.count()));
                    NotFinite.check(next, "In step %d of %d the scheduler made".formatted(i - steps.first() + 1, steps.count()));
                }
                boolean early = i == steps.last() - 1 && i < solver.timesteps().length - 1;
                if (watcher.isPresent() || early) {
                    NDArray original = solver.predictedOriginal(scope.manager(), i, call.output, call.sample);
                    watcher.ifPresent(w -> w.accept(original));
                    predicted = early ? Optional.of(run.adopt(original)) : predicted;
                }
                sample = run.adopt(next);
            }
            if (solver.endsStep(i) || i == steps.last() - 1) {
                monitor.advance(1);
            }
        }
        return new Denoised(KERNELS.call(run, "row_major", sample), predicted, noise.behind());
    }

    /**
     * What came out.
     *
     * @param latents   {@code (batch, channels, h, w)} float32
     * @param predicted where the run ended early, the sample without noise as the last call predicted it
     * @param draws     how many draws of each picture's noise lie behind
     */
    record Denoised(NDArray latents, Optional<NDArray> predicted, int draws) {
        /** What a VAE makes a picture of. */
        NDArray clean() {
            return predicted.orElse(latents);
        }
    }

    /** One call of the U-Net, and the sample that the solver makes of it. */
    private static final class Call {
        private final Denoising all;
        private final int i;
        private final Scope step;
        private NDArray sample;
        private NDArray output;

        private Call(Denoising all, int i, Scope step) {
            this.all = all;
            this.i = i;
            this.step = step;
        }

        private NDArray take(NDArray before) {
            Forward rows = new Forward(all.hooks, pass(before, false), step.manager());
            return all.points.step(rows, before, in -> {
                sample = in;
                output = all.points.modelOutput(rows, all.solver, i, predicted(), in);
                Optional<NDArray> fresh = all.solver.drawsNoise(i) ? Optional.of(all.noise.next(step.manager())) : Optional.empty();
                NDArray next = all.solver.step(step.manager(), i, output, in, fresh);
                return all.inpainting.after(step, all.solver, i + 1, i == all.steps.last() - 1, next);
            });
        }

        /** What the U-Net says about the sample, guided, float32. */
        private NDArray predicted() {
            boolean guided = all.guidance.at(i - all.steps.first());
            Pass pass = pass(sample, guided);
            NDArray scaled = all.solver.scaleModelInput(step.manager(), i, sample);
            NDArray seen = all.inpainting.modelInput(step, guided ? KERNELS.call(step, "twice", scaled) : scaled);
            float[] told = new float[(int) seen.getShape().get(0)];
            Arrays.fill(told, (float) pass.timestep());
            NDArray timestep = Tensors.of(step.manager(), told, told.length);
            NDArray placed = DTypes.cast(step.manager(), seen, TorchType.of(step.placement()));
            NDArray time = isOnCpu() ? timestep : DTypes.move(step.manager(), timestep, step.placement());
            Forward forward = new Forward(all.hooks, pass, step.manager());
            boolean small = isOnCpu() && all.unet.config().isSmall(placed.getShape().get(2), placed.getShape().get(3));
            NDArray said = small
                    ? forward.over(all.lanes, run -> all.unet.forward(run, placed, time, all.conditioning.at(guided)))
                    : all.unet.forward(forward, placed, time, all.conditioning.at(guided));
            NDArray single = DTypes.cast(step.manager(), said, TorchType.FLOAT32);
            return guided ? all.guidance.combine(step, single) : single;
        }

        private boolean isOnCpu() {
            return step.placement().device().equals("cpu");
        }

        private Pass pass(NDArray sample, boolean guided) {
            return new Pass(i - all.steps.first(), all.steps.count(), all.solver.timesteps()[i], (int) sample.getShape().get(0), guided);
        }
    }
}
