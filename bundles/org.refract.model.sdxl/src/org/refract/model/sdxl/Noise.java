package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.NoiseSource;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** The noise of a request: each picture has a source of its own, so a picture does not depend on what else runs in its batch. */
final class Noise {

    private final List<NoiseSource> sources;
    private final Placement placement;
    private final int channels;
    private final int height;
    private final int width;

    /** @param channels latent channels; {@code height} and {@code width} are those of the latents */
    Noise(ImageRequest request, Placement placement, int channels, int height, int width) {
        this.sources = request.seeds().stream().map(request.noise().orElse(TorchRandom::noise)::apply).toList();
        this.placement = placement;
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    /** The next noise of every picture, {@code (batch, channels, h, w)} float32 on the placement's device. */
    NDArray next(NDManager owner) {
        float[] all = new float[sources.size() * channels * height * width];
        for (int i = 0; i < sources.size(); i++) {
            float[] one = draw(i);
            System.arraycopy(one, 0, all, i * one.length, one.length);
        }
        NDArray drawn = Tensors.of(owner, all, sources.size(), channels, height, width);
        return placement.device().equals("cpu") ? drawn : DTypes.move(owner, drawn, placement);
    }

    /** Draws and forgets: a pipeline that draws more than it needs still gives every later draw its place. */
    void skip() {
        for (int i = 0; i < sources.size(); i++) {
            draw(i);
        }
    }

    private float[] draw(int i) {
        int each = channels * height * width;
        float[] one = sources.get(i).next(each);
        if (one.length != each) {
            throw new IllegalArgumentException("a noise source gave " + one.length + " numbers where " + each + " were wanted");
        }
        return one;
    }
}
