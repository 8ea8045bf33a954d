package org.refract.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;

/**
 * How a picture was drawn, as its file tells.
 *
 * @param values      what it takes to draw it again; the prompt is under {@value #PROMPT}
 * @param model       the model's name
 * @param fingerprint the model's fingerprint, if this product drew it
 * @param lost        what the file tells and cannot be asked for here, in its own words
 * @param notes       sentences on what will differ
 * @param unknown     why the prompt or the seed is not known, where the file tells of more than that it lacks it
 */
record PastPicture(OptionValues values, Optional<String> model, Optional<String> fingerprint, List<String> lost, List<String> notes, Map<String, String> unknown) {
    static final String PROMPT = "prompt";
    private static final Set<String> ESSENTIAL = Set.of(PROMPT, "seed");
    /** The option that an entry of what is lost asks a file for, as in {@code its mask (--mask FILE --mask-blur 4)}. */
    private static final Pattern ASKED = Pattern.compile("\\(--([\\w-]+)(?: FILE|\\))");

    /**
     * Reads it from this product's record, else from what another tool wrote.
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
        return ForeignText.read(file, text);
    }

    /** The same with a word on who drew it. */
    PastPicture by(String tool) {
        List<String> more = new ArrayList<>(notes);
        more.addFirst("It was drawn by " + tool + ".");
        return new PastPicture(values, model, fingerprint, lost, more, unknown);
    }

    /** The same where the file holds several and does not say which it is: what differs between them is not known. */
    PastPicture ofSeveral(String what) {
        Map<String, String> why = new LinkedHashMap<>();
        ESSENTIAL.forEach(name -> why.put(name, "it was saved by " + what));
        return new PastPicture(values.without(ESSENTIAL), model, fingerprint, lost, notes, why);
    }

    /**
     * Makes sure that what matters most is known: another prompt or seed in its place would be another picture.
     *
     * @param said what was said beside the picture
     * @throws RefractException which is not known, and what to say
     */
    void essential(Path file, OptionValues said) throws RefractException {
        for (String name : ESSENTIAL) {
            if (!said.has(name) && !values.has(name)) {
                throw RefractException.usage("The %s of %s is not known: %s. Nothing was drawn; say it%s.", name, file,
                        unknown.getOrDefault(name, "the file does not say it"), name.equals(PROMPT) ? " after --like, as in --like PICTURE \"a cat\"" : " with --seed N");
            }
        }
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
