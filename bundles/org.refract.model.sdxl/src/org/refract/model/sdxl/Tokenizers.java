package org.refract.model.sdxl;

import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.model.sdxl.clip.TextConfig;
import org.refract.model.sdxl.clip.Tokenizer;

/**
 * The tokenizers of a model's text encoders.
 *
 * @param first  that of the first one; the refiner has none
 * @param second that of the second one
 */
record Tokenizers(Optional<Tokenizer> first, Tokenizer second) {

    private static final String FIRST = "tokenizer";
    private static final String SECOND = "tokenizer_2";

    /** @throws RefractException if a file is missing or damaged, or a tokenizer is not for its text encoder */
    static Tokenizers read(ModelFiles files, SdxlParts parts) throws RefractException {
        List<Tokenizer> read = files.tokenizers(parts.textEncoder().isPresent() ? List.of(FIRST, SECOND) : List.of(SECOND));
        if (parts.textEncoder().isPresent()) {
            fit(files, FIRST, read.getFirst(), parts.textEncoder().get().config());
        }
        fit(files, SECOND, read.getLast(), parts.textEncoder2().config());
        return new Tokenizers(parts.textEncoder().map(encoder -> read.getFirst()), read.getLast());
    }

    private static void fit(ModelFiles files, String name, Tokenizer tokenizer, TextConfig config) throws RefractException {
        if (tokenizer.maxLength() > config.positions()) {
            throw RefractException.usage("The %s of %s gives %d tokens and its text encoder reads %d; the parts are of different models.",
                    name, files.location(), tokenizer.maxLength(), config.positions());
        }
    }
}
