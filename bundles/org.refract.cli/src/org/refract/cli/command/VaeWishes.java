package org.refract.cli.command;

import org.refract.api.model.ImageRequest;
import picocli.CommandLine.Option;

/** How the VAE saves memory. */
final class VaeWishes {
    @Option(names = "--vae-slicing", description = "Decode one picture of a batch after the other.")
    private boolean slicing;

    @Option(names = "--vae-tiling", description = "Decode in overlapping tiles; changes the picture a little.")
    private boolean tiling;

    ImageRequest on(ImageRequest request) {
        ImageRequest sliced = slicing ? request.withOption("vae_slicing", true) : request;
        return tiling ? sliced.withOption("vae_tiling", true) : sliced;
    }
}
