package org.refract.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.refract.api.RefractException;

/** What is done with files that a picture names, the person who shows it does not, and nobody has drawn with here before. */
enum NamedFiles {
    /** The picture is not drawn. */
    ASK,
    /** They are opened. */
    OPEN,
    /** It is drawn without them. */
    LEAVE;

    /** Options that mean nothing without the one that names a file. */
    private static final Map<String, Set<String>> WITH = Map.of("image", Set.of("image-strength", "mask", "mask-blur", "mask-padding", "outpaint", "fit"),
            "mask", Set.of("mask-blur", "mask-padding"), "refiner", Set.of("handoff", "refine-strength"), "run", Set.of("feature"));

    /**
     * What of a picture's values can be used.
     *
     * @param said  what was said beside the picture
     * @param note  hears what is left out
     * @throws RefractException if files are named that nobody knows, and nothing was said of them
     */
    OptionValues of(Path picture, OptionValues values, OptionValues said, KnownFiles known, Consumer<String> note) throws RefractException {
        Map<String, List<String>> strange = new LinkedHashMap<>();
        values.values().forEach((option, named) -> {
            if (this != OPEN && KnownFiles.OPTIONS.contains(option) && !said.has(option) && !named.stream().allMatch(value -> known.know(option, value))) {
                strange.put(option, named);
            }
        });
        if (strange.isEmpty()) {
            return values;
        }
        String words = strange.entrySet().stream().flatMap(e -> e.getValue().stream().map(value -> "--" + e.getKey() + " '" + value.replace("'", "'\\''") + "'"))
                .collect(Collectors.joining(" "));
        if (this == ASK) {
            throw RefractException.usage("%s names files that you have not drawn with here: %s. They are not opened because a picture asks for them; say them yourself, "
                    + "or add --named-files open if you trust it, or --named-files leave to draw without them.", picture, words);
        }
        note.accept("Left out, for only the picture names them: " + words + ".");
        List<String> gone = new ArrayList<>(strange.keySet());
        Set<String> without = new HashSet<>(gone);
        gone.forEach(option -> WITH.getOrDefault(option, Set.of()).stream().filter(other -> !said.has(other)).forEach(without::add));
        return values.without(without);
    }
}
