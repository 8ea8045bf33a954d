package org.refract.api.model;

import ai.djl.ndarray.NDArray;

/**
 * Pictures that a model should look at: an encoder, an image tokenizer, or the autoencoder of an image model.
 *
 * @param pictures {@code (batch, 3, height, width)} float32 in [0, 1], RGB; owned by the caller
 * @param rebuild  whether the pictures are wanted again as the model makes them out of what it saw, where it can
 * @param options  what is said to the model's family alone
 */
public record PixelRequest(NDArray pictures, boolean rebuild, Options options) implements Request {

    /** Pictures to be encoded. */
    public static PixelRequest of(NDArray pictures) {
        return new PixelRequest(pictures, false, Options.NONE);
    }

    @Override
    public String kind() {
        return "pixels";
    }

    @Override
    public int examples() {
        return (int) pictures.getShape().get(0);
    }

    /** The same pictures, wanted again. */
    public PixelRequest withRebuild(boolean wanted) {
        return new PixelRequest(pictures, wanted, options);
    }

    /** Says something to the model's family. */
    public PixelRequest withOption(String name, Object value) {
        return new PixelRequest(pictures, rebuild, options.with(name, value));
    }
}
