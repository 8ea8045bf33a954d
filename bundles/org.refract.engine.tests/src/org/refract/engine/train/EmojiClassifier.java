package org.refract.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.optimise.OptimiserSettings;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchSource;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/**
 * {@code z = linear(conv2(conv1(x)))}, the category of an emoji: a whole network to learn, from its kernels to its initialisation. An example of
 * what a network needs to be trained, stopped, resumed and watched as dictionaries are.
 *
 * @param settings of the optimiser
 */
record EmojiClassifier(Settings settings) implements Learning {

    static final KernelLibrary KERNELS = KernelLibrary.of(EmojiClassifier.class, "emoji.ts.py");

    private static final int CLASSES = 8;

    /** Shapes of the weights, in the order of the network. */
    private static final Map<String, long[]> SHAPES = shapes();

    private static Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("conv1.weight", new long[] {16, 3, 3, 3});
        shapes.put("conv2.weight", new long[] {32, 16, 3, 3});
        shapes.put("linear.weight", new long[] {CLASSES, 32L * 16});
        return shapes;
    }

    /** The network: {@code x (samples, 3, 16, 16)}, {@code z (samples, 8)}. */
    static NDArray forward(NDManager out, Map<String, NDArray> w, NDArray x) {
        NDArray first = KERNELS.call(out, "convolve", x, w.get("conv1.weight"), w.get("conv1.bias"));         // (samples, 16, 8, 8)
        NDArray second = KERNELS.call(out, "convolve", first, w.get("conv2.weight"), w.get("conv2.bias"));    // (samples, 32, 4, 4)
        return KERNELS.call(out, "linear", second, w.get("linear.weight"), w.get("linear.bias"));             // (samples, 8)
    }

    @Override
    public String kind() {
        return "emoji-classifier";
    }

    @Override
    public Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>(settings.asMap());
        identity.put("kind", kind());
        return identity;
    }

    @Override
    public void check(BatchSource source) throws RefractException {
        if (source.width() != EmojiImages.NUMBERS) {
            throw RefractException.usage("Emoji have %d numbers, these data %d.", EmojiImages.NUMBERS, source.width());
        }
    }

    @Override
    public Learner begin(TrainingPlan plan, Batch first, Optional<Map<String, NDArray>> saved) throws RefractException {
        OptimiserSettings optimiser = OptimiserSettings.of(settings);
        Scope scope = Scope.open(plan.placement());
        NetworkLearner learner = new NetworkLearner(scope, saved.orElseGet(() -> initial(scope, plan.seed())), name -> name.endsWith("weight"),
                (out, w, x, target) -> KERNELS.call(out, "cross_entropy", forward(out, w, x), target), optimiser);
        return learner.closing(scope);
    }

    /** Weights as torch.nn.Conv2d and Linear draw them, U(−1/√fan_in, 1/√fan_in); biases 0. */
    private static Map<String, NDArray> initial(Scope scope, long seed) {
        TorchRandom random = new TorchRandom(seed);
        Map<String, NDArray> weights = new LinkedHashMap<>();
        SHAPES.forEach((name, shape) -> {
            int size = 1;
            for (long side : shape) {
                size *= (int) side;
            }
            float bound = (float) (1 / Math.sqrt((double) size / shape[0]));
            float[] values = random.rand(size);
            for (int i = 0; i < size; i++) {
                values[i] = (2 * values[i] - 1) * bound;
            }
            weights.put(name, Tensors.of(scope.manager(), values, shape));
            weights.put(name.replace("weight", "bias"), Tensors.zeros(scope.manager(), shape[0]));
        });
        return weights;
    }
}
