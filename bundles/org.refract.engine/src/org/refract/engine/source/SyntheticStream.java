package org.refract.engine.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.refract.api.model.Placement;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** Draws the vectors of a planted dictionary in blocks that depend on seeds and number alone, so that every place can be found again. */
final class SyntheticStream implements BatchStream {

    /** Strengths of a block, at most. */
    private static final int STRENGTHS = 1 << 22;

    private static final int MOST = 4096;
    private static final int FEWEST = 64;
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private final PlantedDictionary planted;
    private final StreamOptions options;
    private final double[] frequencies;
    private final int rows;
    private final Scope scope;
    private final NDArray directions;
    private long position;
    private long block = -1;
    private NDArray vectors;

    SyntheticStream(PlantedDictionary planted, StreamOptions options, StreamPosition start) {
        this.planted = planted;
        this.options = options;
        this.frequencies = planted.frequencies();
        this.rows = Math.clamp(STRENGTHS / planted.features(), FEWEST, MOST);
        this.scope = Scope.open(new Placement(options.placement().device(), Placement.DType.FP32));
        this.directions = planted.directions(scope.manager());
        this.vectors = Tensors.zeros(scope.manager(), 1);
        this.position = start.offset();
    }

    @Override
    public Batch next(NDManager owner) {
        try (Scope step = scope.child()) {
            NDList parts = new NDList();
            int missing = options.batch();
            while (missing > 0) {
                if (position / rows != block) {
                    draw(position / rows);
                }
                int from = (int) (position % rows);
                int count = Math.min(missing, rows - from);
                parts.add(StoreStream.KERNELS.call(step, "slice", vectors, from, count));
                position += count;
                missing -= count;
            }
            return Batch.of(StoreStream.KERNELS.call(owner, "above", parts));
        }
    }

    private void draw(long number) {
        TorchRandom random = new TorchRandom(mixed(number));
        float[] strengths = new float[rows * planted.features()];
        if (planted.children() > 0) {
            families(random, strengths);
        } else {
            for (int f = 0; f < planted.features(); f++) {
                if (planted.correlation() > 0 && f % 2 == 1) {
                    follow(random, strengths, f);
                } else {
                    alone(random, strengths, f);
                }
            }
        }
        float[] noise = random.randn(rows * planted.width());
        for (int i = 0; i < noise.length; i++) {
            noise[i] *= (float) planted.noise();
        }
        try (Scope step = scope.child()) {
            NDArray drawn = StoreStream.KERNELS.call(scope, "mixed", Tensors.of(step.manager(), strengths, rows, planted.features()), directions,
                    Tensors.of(step.manager(), noise, rows, planted.width()));
            vectors.close();
            vectors = drawn;
        }
        block = number;
    }

    /** Feature {@code f} by its own frequency; gaps between active vectors are geometric. */
    private void alone(TorchRandom random, float[] strengths, int f) {
        double quiet = Math.log1p(-frequencies[f]);
        for (long row = gap(random, quiet); row < rows; row += 1 + gap(random, quiet)) {
            strengths[(int) row * planted.features() + f] = strength(random);
        }
    }

    private static long gap(TorchRandom random, double quiet) {
        return quiet == Double.NEGATIVE_INFINITY ? 0 : (long) (Math.log1p(-random.uniform()) / quiet);
    }

    /** The second of a pair does what the first does with the correlation's probability, and else what it would alone. */
    private void follow(TorchRandom random, float[] strengths, int f) {
        for (int row = 0; row < rows; row++) {
            int place = row * planted.features() + f;
            boolean active = random.uniform() < planted.correlation() ? strengths[place - 1] != 0 : random.uniform() < frequencies[f];
            if (active) {
                strengths[place] = strength(random);
            }
        }
    }

    /** Parents by their frequencies, and with each active parent one of its children. */
    private void families(TorchRandom random, float[] strengths) {
        int family = planted.children() + 1;
        for (int p = 0; p < frequencies.length; p++) {
            double quiet = Math.log1p(-frequencies[p]);
            for (long row = gap(random, quiet); row < rows; row += 1 + gap(random, quiet)) {
                int parent = (int) row * planted.features() + p * family;
                strengths[parent] = strength(random);
                strengths[parent + 1 + (int) (random.uniform() * planted.children())] = strength(random);
            }
        }
    }

    private float strength(TorchRandom random) {
        float size = 0.5f + random.uniform();
        return planted.signed() && random.uniform() < 0.5f ? -size : size;
    }

    private long mixed(long number) {
        long mixed = planted.seed();
        for (long part : new long[] {options.seed(), number}) {
            mixed = (mixed ^ (part + GAMMA)) * 0xbf58476d1ce4e5b9L;
            mixed ^= mixed >>> 31;
        }
        return mixed >>> 1;
    }

    @Override
    public StreamPosition position() {
        return new StreamPosition(0, position);
    }

    @Override
    public void close() {
        scope.close();
    }
}
