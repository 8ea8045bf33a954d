package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** Writes a checkpoint and reads it again, to know that nothing was lost. */
public final class RoundTrip {

    private static final int SAMPLES = 64;

    private RoundTrip() {
    }

    /** Writes {@code checkpoint} to {@code target} and says what of it the file lacks or has otherwise; empty if every number was kept. */
    public static List<String> differences(CheckpointFormat format, Checkpoint checkpoint, Path target) throws RefractException {
        format.write(checkpoint, target);
        List<String> found = new ArrayList<>();
        try (NDManager step = checkpoint.tensors().values().iterator().next().getManager().newSubManager()) {
            Checkpoint again = format.read(target, step);
            if (!again.config().variant().equals(checkpoint.config().variant()) || again.config().width() != checkpoint.config().width()
                    || again.config().outputWidth() != checkpoint.config().outputWidth() || again.config().latents() != checkpoint.config().latents()) {
                found.add("its shape became %s".formatted(again.config()));
            }
            Map<String, String> settings = again.config().settings().asMap();
            checkpoint.config().settings().asMap().forEach((name, value) -> {
                if (!value.equals(settings.get(name))) {
                    found.add("its setting %s was %s and became %s".formatted(name, value, settings.get(name)));
                }
            });
            for (Map.Entry<String, NDArray> tensor : checkpoint.tensors().entrySet()) {
                NDArray read = again.tensors().get(tensor.getKey());
                if (read == null || !read.getShape().equals(tensor.getValue().getShape())
                        || !Arrays.equals(Tensors.doubles(read), Tensors.doubles(tensor.getValue()))) {
                    found.add("its tensor %s was %s".formatted(tensor.getKey(), read == null ? "lost" : "changed"));
                }
            }
        }
        return found;
    }

    /**
     * How far apart two checkpoints are in what they compute: the largest difference between their reconstructions of the same random samples,
     * over the largest reconstructed number. 0 or rounding if both are the same SAE in other words.
     *
     * @throws RefractException if one of them is of no published form, or does not fit its own config
     */
    public static double difference(Checkpoint one, Checkpoint other, NDManager manager) throws RefractException {
        try (NDManager step = manager.newSubManager()) {
            Checkpoint first = TopKNames.published(one, step);
            Checkpoint second = TopKNames.published(other, step);
            try (DenseSae a = DenseSae.restore(first.config(), first.tensors(), Placement.CPU);
                    DenseSae b = DenseSae.restore(second.config(), second.tensors(), Placement.CPU)) {
                int width = first.config().width();
                NDArray x = Tensors.of(step, new TorchRandom(0).randn(SAMPLES * width), SAMPLES, width);
                float[] expected = Tensors.floats(a.reconstruct(x));
                float[] found = Tensors.floats(b.reconstruct(x));
                double largest = 0;
                double apart = expected.length == found.length ? 0 : Double.POSITIVE_INFINITY;
                for (int i = 0; i < Math.min(expected.length, found.length); i++) {
                    largest = Math.max(largest, Math.abs(expected[i]));
                    apart = Math.max(apart, Math.abs(expected[i] - found[i]));
                }
                return largest == 0 ? apart : apart / largest;
            }
        }
    }
}
