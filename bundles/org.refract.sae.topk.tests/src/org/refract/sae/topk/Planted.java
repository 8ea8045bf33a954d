package org.refract.sae.topk;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.refract.api.RefractException;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.StoreManifest;
import org.refract.engine.store.StoreWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.engine.tensor.TorchType;

/** Activations with a known dictionary: every vector is an offset plus a few random unit directions, each with a positive strength. */
final class Planted {

    final int width;
    final int directions;
    final int active;
    final float[] dictionary;

    private final float[] offset;
    private final TorchRandom random;

    Planted(int width, int directions, int active, long seed) {
        this.width = width;
        this.directions = directions;
        this.active = active;
        this.random = new TorchRandom(seed);
        this.dictionary = random.randn(directions * width);
        for (int f = 0; f < directions; f++) {
            double norm = 0;
            for (int c = 0; c < width; c++) {
                norm += dictionary[f * width + c] * dictionary[f * width + c];
            }
            for (int c = 0; c < width; c++) {
                dictionary[f * width + c] /= (float) Math.sqrt(norm);
            }
        }
        this.offset = random.randn(width);
    }

    /** {@code (samples, width)}. */
    NDArray draw(int samples, NDManager owner) {
        float[] x = new float[samples * width];
        for (int i = 0; i < samples; i++) {
            System.arraycopy(offset, 0, x, i * width, width);
            for (int j = 0; j < active; j++) {
                int f = (int) (random.uniform() * directions);
                float strength = 1 + random.uniform();
                for (int c = 0; c < width; c++) {
                    x[i * width + c] += strength * dictionary[f * width + c];
                }
            }
        }
        return Tensors.of(owner, x, samples, width);
    }

    /** A store of {@code recordings} recordings with 4 × 4 positions each. */
    ActivationStore store(Path folder, int recordings) throws RefractException {
        StoreManifest manifest = new StoreManifest(new HookPoint("planted", Site.UPDATE), "planted", "sha256:planted", TorchType.FLOAT32, 1, 4, 4,
                width, recordings, 32, Map.of());
        StoreWriter.begin(folder, manifest);
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (int shard = 0; shard < manifest.shards(); shard++) {
                try (StoreWriter writer = StoreWriter.create(folder, manifest, shard)) {
                    writer.append(draw(manifest.recordingsOf(shard) * 16, scope.manager()));
                    writer.commit();
                }
            }
        }
        return ActivationStore.open(folder);
    }

    /** Mean over the planted directions of the largest cosine with a row of {@code decoder}, (latents, width). */
    double recovered(NDArray decoder) {
        float[] rows = Tensors.floats(decoder);
        int latents = rows.length / width;
        return IntStream.range(0, directions).mapToDouble(f -> IntStream.range(0, latents).mapToDouble(g -> cosine(f, rows, g)).max().orElse(0))
                .average().orElse(0);
    }

    private double cosine(int f, float[] rows, int g) {
        double dot = 0;
        double norm = 0;
        for (int c = 0; c < width; c++) {
            dot += dictionary[f * width + c] * rows[g * width + c];
            norm += rows[g * width + c] * rows[g * width + c];
        }
        return dot / Math.sqrt(norm);
    }
}
