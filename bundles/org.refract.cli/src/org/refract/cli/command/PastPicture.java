package org.refract.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.cli.picture.PictureFile;
import org.refract.cli.picture.PictureText;

/**
 * How a picture was drawn, as its file tells.
 *
 * @param values      what it takes to draw it again; the prompt is under {@value #PROMPT}
 * @param model       the model's name
 * @param fingerprint the model's fingerprint, if this product drew it
 * @param lost        what the file tells and cannot be asked for here, in its own words
 * @param notes       sentences on what will differ
 */
record PastPicture(OptionValues values, Optional<String> model, Optional<String> fingerprint, List<String> lost, List<String> notes) {
    static final String PROMPT = "prompt";
    /** The option that an entry of what is lost asks a file for, as in {@code its mask (--mask FILE --mask-blur 4)}. */
    private static final Pattern ASKED = Pattern.compile("\\(--([\\w-]+) FILE");

    /**
     * Reads it from this product's record, else from the parameters of a Stable Diffusion web UI, else from ComfyUI's graph.
     *
     * @throws RefractException if the file says nothing of it
     */
    static PastPicture of(Path file) throws RefractException {
        return find(file).orElseThrow(() -> RefractException.usage("%s says nothing of how it was drawn.", file));
    }

    /** The same, empty if the file says nothing of it. */
    static Optional<PastPicture> find(Path file) throws RefractException {
        PictureText text = PictureFile.text(file);
        if (text.record().isPresent()) {
            return Optional.of(PictureRecord.read("The record in " + file, text.record().get()));
        }
        if (text.parameters().filter(parameters -> !parameters.isBlank()).isPresent()) {
            return Optional.of(WebUiParameters.read(text.parameters().get()));
        }
        if (text.graph().isPresent()) {
            return Optional.of(ComfyGraph.read("The graph in " + file, text.graph().get()));
        }
        return Optional.empty();
    }

    /** What is lost and was not given on the command line. */
    List<String> lostWithout(OptionValues said) {
        return lost.stream().filter(entry -> ASKED.matcher(entry).results().noneMatch(asked -> said.has(asked.group(1)))).toList();
    }

    /**
     * Tells of a value that cannot be used before it is mixed with what was said.
     *
     * @throws RefractException which one, with the picture's name
     */
    PastPicture checked(Path file) throws RefractException {
        try {
            DrawOptions.of(values.without(Set.of(PROMPT)));
            return this;
        } catch (RefractException e) {
            throw RefractException.usage("What %s says of how it was drawn cannot be used: %s", file, e.getMessage());
        }
    }
}
