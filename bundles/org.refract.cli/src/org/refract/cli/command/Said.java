package org.refract.cli.command;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;

/** What the command line says to a model's family. */
final class Said {
    private Said() {
    }

    /** The request with an option, if it was said. */
    static ImageRequest on(ImageRequest request, String name, Optional<?> value) {
        return value.map(v -> request.withOption(name, v)).orElse(request);
    }

    /** One of a few words, in lower case. */
    static Optional<String> oneOf(String option, Optional<String> word, String... words) throws RefractException {
        Optional<String> lower = word.map(w -> w.toLowerCase(Locale.ROOT));
        if (lower.isPresent() && !Arrays.asList(words).contains(lower.get())) {
            throw RefractException.usage("%s is %s, not '%s'.", option, String.join(" or ", words), word.get());
        }
        return lower;
    }
}
