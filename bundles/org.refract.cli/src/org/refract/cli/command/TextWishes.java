package org.refract.cli.command;

import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.TextOptions;
import org.refract.api.model.TextOptions.LongPrompts;
import org.refract.api.model.TextOptions.Weighting;
import org.refract.cli.Within;
import picocli.CommandLine.Option;

/** How prompts become embeddings. Here a long prompt is read to its end where nothing else is said. */
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
        TextOptions text = TextOptions.DEFAULT.withLongPrompts(longPrompts.isEmpty() ? LongPrompts.CHUNK
                : Words.of(LongPrompts.class, "--long-prompts", longPrompts.get()));
        if (prompt2.isPresent()) {
            text = text.withPrompts2(List.of(prompt2.get()));
        }
        if (negative2.isPresent()) {
            text = text.withNegativePrompts2(List.of(negative2.get()));
        }
        if (clipSkip.isPresent()) {
            text = text.withClipSkip(clipSkip.get());
        }
        if (weighting.isPresent()) {
            text = text.withWeighting(Words.of(Weighting.class, "--weighting", weighting.get()));
        }
        return request.withText(text);
    }
}
