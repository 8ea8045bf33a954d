package org.refract.model.sdxl.prompt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.model.sdxl.options.TextOptions;

/**
 * What both text encoders read in a run: negative prompts, if they are encoded, then prompts.
 *
 * @param first   texts of the first encoder; of the second one where a model has no first
 * @param second  texts of the second encoder, as many
 * @param options how they become embeddings
 */
public record Texts(List<String> first, List<String> second, TextOptions options) {

    /**
     * @param negative the negative prompts that are encoded, none or one per prompt
     * @throws RefractException if there are as many texts for the second encoder as fit nothing
     */
    public static Texts of(ImageRequest request, List<String> negative) throws RefractException {
        TextOptions options = TextOptions.of(request.options());
        List<String> first = new ArrayList<>(negative);
        first.addAll(request.prompts());
        int count = request.prompts().size();
        List<String> positive2 = second("prompts", options.prompts2(), request.prompts(), count);
        List<String> negative2 = second("negative prompts", options.negativePrompts2(), negative, count);
        List<String> second = new ArrayList<>(negative.isEmpty() ? List.of() : negative2);
        second.addAll(positive2);
        return new Texts(List.copyOf(first), List.copyOf(second), options);
    }

    /** Every text, those of the first encoder before those of the second. */
    public Stream<String> all() {
        return Stream.concat(first.stream(), second.stream());
    }

    private static List<String> second(String what, List<String> own, List<String> otherwise, int count) throws RefractException {
        if (own.size() > 1 && own.size() != count) {
            throw RefractException.usage("There are %d prompts and %d %s for the second text encoder; give none, one for all, or one per prompt.",
                    count, own.size(), what);
        }
        return own.isEmpty() ? otherwise : own.size() == 1 ? Collections.nCopies(count, own.getFirst()) : own;
    }
}
