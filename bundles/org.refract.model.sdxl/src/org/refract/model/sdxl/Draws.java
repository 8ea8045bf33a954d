package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** The noise of a request: each picture has a generator of its own, so a picture does not depend on what else runs in its batch. */
final class Draws {

    private final List<TorchRandom> generators;
    private final Placement placement;
    private final int channels;
    private final int height;
    private final int width;
    /** Given draws one after the other, those of one draw picture after picture; not those that lie behind. */
    private final float[] given;
    private final int givenDraws;
    private int drawn;

    /** @param channels latent channels; {@code height} and {@code width} are those of the latents */
    Draws(ImageRequest request, Placement placement, int channels, int height, int width) {
        this.placement = placement;
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.given = request.noise().given().map(Tensors::floats).orElse(new float[0]);
        this.givenDraws = request.noise().given().map(tensor -> (int) tensor.getShape().get(0)).orElse(0);
        this.generators = new ArrayList<>();
        for (long seed : request.seeds()) {
            generators.add(new TorchRandom(seed));
        }
        while (drawn < request.noise().behind()) {
            skip();
        }
    }

    /** The next noise of every picture, {@code (batch, channels, h, w)} float32 on the placement's device. */
    NDArray next(NDManager owner) {
        float[] all = new float[generators.size() * each()];
        for (int i = 0; i < generators.size(); i++) {
            System.arraycopy(draw(i), 0, all, i * each(), each());
        }
        drawn++;
        NDArray noise = Tensors.of(owner, all, generators.size(), channels, height, width);
        return placement.device().equals("cpu") ? noise : DTypes.move(owner, noise, placement);
    }

    /** Draws and forgets: a pipeline that draws more than it needs still gives every later draw its place. */
    void skip() {
        for (int i = 0; i < generators.size(); i++) {
            draw(i);
        }
        drawn++;
    }

    /** How many draws of each picture lie behind. */
    int behind() {
        return drawn;
    }

    private int each() {
        return channels * height * width;
    }

    private float[] draw(int picture) {
        if (drawn < givenDraws) {
            float[] one = new float[each()];
            System.arraycopy(given, (drawn * generators.size() + picture) * each(), one, 0, each());
            return one;
        }
        return generators.get(picture).randn(each());
    }
}
