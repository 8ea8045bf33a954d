package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.sae.Sae;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.kernel.KernelPack;
import org.refract.engine.optimise.Constraint;
import org.refract.engine.optimise.Optimiser;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Trains an autoencoder that keeps a fixed number of latents; one step is one kernel call, {@code step.ts.py}: the encoder product, the hand
 * derived gradients of the active latents, constraint, Adam, averages and statistics. Order: gradients, the decoder's projected off its rows,
 * numbers clipped, all clipped together, Adam.
 */
public final class SparseTrainer extends DictionaryTrainer {

    static final KernelLibrary STEP =
            KernelLibrary.of(SparseTrainer.class, List.of("bags.ts.py", "codes.ts.py", "revive.ts.py", "step.ts.py"), Optimiser.KERNELS);

    /** In the state of those whose loss is scaled by the data, so that it stays what it was. */
    private static final String SCALE = "mse_scale";

    private final SparseWeights weights;
    private final SparseRule rule;
    private final Names names;
    private final StepBlocks blocks;
    private final NDList statistics;
    private final int normalisation;
    private final Runnable changed;
    private final long perStep;
    private NDArray last;
    private NDList work = new NDList();
    private long oldest;
    private double scale;

    /** {@code sizes} of {@code step.ts.py}. */
    record Sizes(long k, long most, long deadFrom, long before, long after, long points) {
    }

    /** {@code flags} of {@code step.ts.py}. */
    record Flags(boolean centred, boolean own, boolean rescaled, boolean mayBeDead, boolean half, boolean byLength, boolean unitFirst, boolean unitAfter) {
    }

    /** {@code numbers} of {@code step.ts.py}. */
    record Numbers(double c, double coefficient, double least, double bound, double clip, double beta) {
    }

    /** What the threshold follows. */
    private enum Follow {
        NOTHING, BATCH, ROWS;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What this trainer calls its loss terms.
     *
     * @param squares   the squared error of each nested reconstruction
     * @param auxiliary the auxiliary loss
     */
    public record Names(List<String> squares, String auxiliary) {
    }

    /**
     * What it counts in.
     *
     * @param since     (latents) int64: samples, or steps, since each latent was active, where the SAE keeps it
     * @param threshold scalars that follow the smallest activation; empty if there is none
     * @param steps     whether {@code since} counts steps, with 1 for a latent that was active in the last one
     */
    public record Counters(Optional<NDArray> since, List<NDArray> threshold, boolean steps) {
    }

    /**
     * @param sae           owns the weights
     * @param parent        where the trainer's own tensors lie
     * @param normalisation of samples, as {@code forms.ts.py} numbers it
     * @param batch         samples of a step
     * @param changed       called after the weights changed
     */
    public SparseTrainer(Sae sae, Scope parent, SparseWeights weights, SparseRule rule, TrainingSettings settings, Names names, Counters counters,
            int normalisation, int batch, StepBlocks blocks, Runnable changed) throws RefractException {
        super(sae, parent, settings, counters.since(), counters.steps() ? batch : 1);
        this.weights = weights;
        this.rule = rule.checked(weights.latents());
        rule.products().check(parent.placement());
        this.names = names;
        this.blocks = blocks;
        this.normalisation = normalisation;
        this.changed = changed;
        this.perStep = counters.steps() ? 1 : 0;
        this.statistics = new NDList(since, fired);
        statistics.addAll(counters.threshold());
        NDList memory = weights.parameters();
        for (int i = 0; i < memory.size(); i++) {
            optimise(weights.names().get(i), memory.get(i), memory.get(i) != weights.published().get(i),
                    memory.get(i) == weights.decoder() ? settings.constraint() : Constraint.NONE);
        }
        this.last = scope.manager().zeros(new Shape(names.squares().size() + 4), DataType.FLOAT64);
        this.oldest = oldest();
        this.scale = rule.scale();
        if (scale > 0) {
            keep(SCALE, Tensors.of(scope.manager(), new double[] {scale}, 1));
        }
    }

    @Override
    public void step(NDArray input, NDArray target) {
        try (Scope step = scope.child()) {
            NDArray x = normalisation == 0 ? input : DenseSae.KERNELS.callList(step, "normalise", input, normalisation).get(0);
            NDArray y = target == input ? x : target;
            long samples = x.getShape().get(0);
            makeRoom(samples);
            SparseRule.Revival revival = rule.revival();
            boolean follows = rule.threshold().follows() && steps() > rule.threshold().after();
            Follow follow = !rule.threshold().follows() || steps() <= rule.threshold().after() ? Follow.NOTHING
                    : rule.threshold().perRow() ? Follow.ROWS : Follow.BATCH;
            Sizes sizes = new Sizes(rule.count(steps(), samples), revival.most(), revival.from(), perStep == 1 ? 0 : samples, perStep, rule.points().number());
            Flags flags = new Flags(rule.centred(), y == x, rule.rescaled(), mayBeDead(samples), rule.products() == Products.BF16, rule.points().lengths(),
                    settings.constraint() == Constraint.UNIT_FIRST, settings.constraint() == Constraint.UNIT);
            double share = rule.points().lengths() ? 1.0 / (samples * rule.points().number())
                    : scale == 0 ? 1.0 / samples : scale == SparseRule.UNEXPLAINED ? 0 : scale / (samples * weights.outputWidth());
            Numbers numbers = new Numbers(share, revival.coefficient(), rule.least(), settings.optimiser().clipValue(), settings.optimiser().clip(),
                    rule.threshold().beta());
            NDArray found = rule.products().compute(() -> STEP.call(scope, "step", x, y, optimiser.parameters(), optimiser.first(), optimiser.second(),
                    optimiser.averages(), statistics, work, rule.widths(), rule.weights(), rule.selection().word(), revival.rule().word(), follow.word(),
                    KernelPack.integers(sizes), KernelPack.integers(blocks), KernelPack.flags(flags), KernelPack.reals(numbers), optimiser.numbers()));
            last.close();
            last = found;
            optimiser.stepped();
            learnt(samples);
            if (settings.resampling().due(steps())) {
                resample(x, y, samples);
            }
            changed.run();
        }
    }

    /** Room for a batch, kept from step to step: fresh memory of this size costs a page fault for every 4 KiB. */
    private void makeRoom(long samples) {
        if (work.isEmpty() || work.get(1).getShape().get(0) < samples) {
            work.close();
            long cells = Math.max(Math.min(blocks.tile(), samples) * Math.min(blocks.width(), weights.latents()), weights.latents());
            int e = weights.outputWidth();
            work = new NDList(Tensors.zeros(scope.manager(), cells), Tensors.zeros(scope.manager(), samples, e), Tensors.zeros(scope.manager(), samples, e));
            if (rule.widths().length > 1 || rule.points().lengths()) {
                work.add(Tensors.zeros(scope.manager(), samples * rule.widths().length, e));
            }
        }
    }

    /**
     * Whether some latent may be dead in this step. A latent grows one step older per step, so the oldest one, read from the device now and
     * then, tells for how long none can die; until then the step needs no answer from the device.
     */
    private boolean mayBeDead(long samples) {
        if (rule.revival().rule() == SparseRule.Rule.NONE) {
            return false;
        }
        long age = perStep == 1 ? 1 : samples;
        long from = rule.revival().from();
        oldest += age;
        if (oldest >= from) {
            oldest = oldest() + age;
        }
        return oldest >= from;
    }

    private long oldest() {
        try (Scope step = scope.child()) {
            return Tensors.longs(KERNELS.call(step, "oldest", since))[0];
        }
    }

    private void resample(NDArray x, NDArray y, long samples) {
        try (Scope step = scope.child()) {
            NDArray seen = rule.centred() ? KERNELS.call(step, "less", x, weights.decoderBias()) : x;
            Resampling.run(step, steps(), seen, KERNELS.call(step, "first_rows", work.get(2), samples), KERNELS.call(step, "less", y, weights.decoderBias()),
                    moved(0), moved(1), moved(2), since, rule.revival().from());
        }
    }

    /** A parameter, in the order of the weights, and its two moments. */
    private List<NDArray> moved(int place) {
        return List.of(optimiser.parameters().get(place), optimiser.first().get(place), optimiser.second().get(place));
    }

    @Override
    public Map<String, Double> metrics() {
        double[] values = Tensors.doubles(last);
        Map<String, Double> metrics = new LinkedHashMap<>();
        int count = names.squares().size();
        for (int i = 0; i < count; i++) {
            metrics.put(names.squares().get(i), values[i]);
        }
        metrics.put(names.auxiliary(), values[count]);
        metrics.put("total", Arrays.stream(values, 0, count + 1).sum());
        metrics.put("explained_variance", values[count + 1]);
        metrics.put("l0", values[count + 2]);
        metrics.put("grad_norm", values[count + 3]);
        if (rule.annealing() > 0) {
            metrics.put("k", (double) rule.count(Math.max(steps() - 1, 0), 1));
        }
        metrics.putAll(activity(rule.revival().from()));
        return metrics;
    }

    @Override
    public void restore(Map<String, NDArray> saved) {
        super.restore(saved);
        oldest = oldest();
        if (scale > 0) {
            scale = Tensors.doubles(state().get(SCALE))[0];
        }
        changed.run();
    }
}
