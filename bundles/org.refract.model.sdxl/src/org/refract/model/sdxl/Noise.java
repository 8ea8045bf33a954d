package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.NoiseSource;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** The noise of a request: each picture has a source of its own, so a picture does not depend on what else runs in its batch. */
final class Noise {

    private final List<NoiseSource> sources;
    private final int channels;
    private final int height;
    private final int width;

    /** @param channels latent channels; {@code height} and {@code width} are those of the latents */
    Noise(ImageRequest request, int channels, int height, int width) {
        this.sources = request.seeds().stream()
                .map(seed -> request.noise().map(source -> source.apply(seed)).orElseGet(() -> new TorchRandom(seed)::randn)).toList();
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    /** The next noise of every picture, {@code (batch, channels, h, w)} float32. */
    NDArray next(NDManager owner) {
        int each = channels * height * width;
        float[] all = new float[sources.size() * each];
        for (int i = 0; i < sources.size(); i++) {
            float[] one = sources.get(i).next(each);
            if (one.length != each) {
                throw new IllegalArgumentException("a noise source gave " + one.length + " numbers where " + each + " were wanted");
            }
            System.arraycopy(one, 0, all, i * each, each);
        }
        return Tensors.of(owner, all, sources.size(), channels, height, width);
    }
}
