package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.Layout;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.schedulers.Solver;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * The hook points of a denoising step. Values are {@code (batch, channels, h, w)} float32, one row per picture whether guided or not.
 *
 * <ul>
 * <li>{@code scheduler}: INPUT the sample before a call of the U-Net, OUTPUT the next sample, UPDATE what the call changed;
 * <li>{@code scheduler.model_output}: the guided prediction that the solver gets;
 * <li>{@code scheduler.x0}: the sample without noise that this prediction means. A replacement changes the prediction so that it means it.
 * </ul>
 */
final class SchedulerPoints {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");
    /** So small that no solver clips what it means. */
    private static final float LITTLE = 1e-3f;

    private final Point step;
    private final Point modelOutput;
    private final Point original;

    private static final class Point extends Module {
        private Point(String path, String kind, int width) {
            super(path, kind, width, Layout.SPATIAL, true);
        }
    }

    /**
     * @param kind     the scheduler's class
     * @param channels of latents
     */
    SchedulerPoints(String kind, int channels) {
        step = new Point("scheduler", kind, channels);
        modelOutput = new Point("scheduler.model_output", "Prediction", channels);
        original = new Point("scheduler.x0", "PredictedOriginal", channels);
    }

    /** In the order of a step. */
    Stream<HookPointInfo> infos() {
        return Stream.of(step, modelOutput, original).map(p -> p.hookPoint(""));
    }

    /** A whole call: {@code body} makes the next sample from the one that hooks leave. */
    NDArray step(Forward run, NDArray sample, UnaryOperator<NDArray> body) {
        return run.at(step, sample, body);
    }

    /** The prediction as hooks leave it. */
    NDArray modelOutput(Forward run, Solver solver, int i, NDArray output, NDArray sample) {
        NDArray left = run.at(modelOutput, output, UnaryOperator.identity());
        if (!run.touches(original)) {
            return left;
        }
        NDArray was = solver.predictedOriginal(run.owner(), i, left, sample);
        NDArray wanted = run.at(original, was, UnaryOperator.identity());
        return wanted == was ? left : KERNELS.call(run.owner(), "shifted", left, was, wanted, slope(run.owner(), solver, i));
    }

    /** How much the predicted original grows with the prediction; both are linear in each other. */
    private static double slope(NDManager owner, Solver solver, int i) {
        NDArray little = Tensors.of(owner, new float[] {LITTLE}, 1, 1, 1, 1);
        NDArray meant = solver.predictedOriginal(owner, i, little, Tensors.zeros(owner, 1, 1, 1, 1));
        return Tensors.scalar(meant) / LITTLE;
    }
}
