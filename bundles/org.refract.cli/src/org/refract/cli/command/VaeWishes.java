package org.refract.cli.command;

import org.refract.api.model.ImageRequest;
import org.refract.api.model.VaeOptions;
import picocli.CommandLine.Option;

/** How the VAE saves memory. */
final class VaeWishes {
    @Option(names = "--vae-slicing", description = "Decode one picture of a batch after the other.")
    private boolean slicing;

    @Option(names = "--vae-tiling", description = "Decode in overlapping tiles; changes the picture a little.")
    private boolean tiling;

    ImageRequest on(ImageRequest request) {
        return slicing || tiling ? request.withVae(new VaeOptions(slicing, tiling)) : request;
    }
}
