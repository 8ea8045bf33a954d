package org.refract.cli.command;

import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.cli.Within;
import picocli.CommandLine.Option;

/** How prompts become embeddings. */
final class TextWishes {
    private static final int MOST_LAYERS = 32;

    @Option(names = "--prompt2", paramLabel = "TEXT", description = "What the second text encoder reads (default: the prompt).")
    private Optional<String> prompt2 = Optional.empty();

    @Option(names = "--negative2", paramLabel = "TEXT", description = "The same for --negative.")
    private Optional<String> negative2 = Optional.empty();

    @Option(names = "--clip-skip", paramLabel = "N",
            description = "Layers of the text encoders that are left out, as diffusers counts: 0 for the usual ones (default).")
    @Within(least = 0, most = MOST_LAYERS)
    private Optional<Integer> clipSkip = Optional.empty();

    @Option(names = "--long-prompts", paramLabel = "cut|chunk",
            description = "What happens after the 75th token of a prompt: cut it there, or read on in further chunks of 75 (default: chunk).")
    private Optional<String> longPrompts = Optional.empty();

    @Option(names = "--weighting", paramLabel = "none|a1111|compel",
            description = "How emphasis is written: not at all (default), (word:1.2) and [word], or word++ and (words)1.2.")
    private Optional<String> weighting = Optional.empty();

    ImageRequest on(ImageRequest request) throws RefractException {
        ImageRequest asked = Said.on(request, "prompt2", prompt2);
        asked = Said.on(asked, "negative2", negative2);
        asked = Said.on(asked, "clip_skip", clipSkip);
        asked = Said.on(asked, "long_prompts", Said.oneOf("--long-prompts", longPrompts, "cut", "chunk"));
        return Said.on(asked, "weighting", Said.oneOf("--weighting", weighting, "none", "a1111", "compel"));
    }
}
