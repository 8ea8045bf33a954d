package org.refract.engine.file;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * The names of a state dictionary without what stood around the module when it was saved: {@code torch.compile} puts {@code _orig_mod.} before
 * every name, {@code DataParallel} and {@code DistributedDataParallel} put {@code module.}, a training's script {@code state_dict.} or {@code
 * model.}.
 *
 * @param names  the name in the file of each name of the module, in the file's order
 * @param prefix what was taken off every name, if anything was
 */
public record StateNames(Map<String, String> names, Optional<String> prefix) {

    private static final List<String> WRAPPERS = List.of("_orig_mod.", "module.", "state_dict.", "model_state_dict.", "model.");

    /** Names that a sentence lists. */
    private static final int SHOWN = 8;

    /** Takes off what all names have in common. */
    public static StateNames of(Collection<String> stored) {
        return inside(stored, "");
    }

    /** The names of those that begin with a prefix, without it and what else they have in common. */
    public static StateNames inside(Collection<String> stored, String prefix) {
        List<String> inside = stored.stream().filter(name -> name.startsWith(prefix)).toList();
        int cut = prefix.length();
        Optional<String> wrapper = wrapper(inside, cut);
        while (wrapper.isPresent()) {
            cut += wrapper.get().length();
            wrapper = wrapper(inside, cut);
        }
        Map<String, String> names = new LinkedHashMap<>();
        for (String name : inside) {
            names.put(name.substring(cut), name);
        }
        return new StateNames(names, cut == 0 || inside.isEmpty() ? Optional.empty() : Optional.of(inside.getFirst().substring(0, cut)));
    }

    private static Optional<String> wrapper(List<String> names, int from) {
        return names.isEmpty() ? Optional.empty() : WRAPPERS.stream().filter(w -> names.stream().allMatch(name -> name.startsWith(w, from))).findFirst();
    }

    /**
     * Refuses names of which none is known.
     *
     * @param what   what the sentence calls the dictionary
     * @param wanted names of the module's tensors
     */
    public void require(Path file, String what, Collection<String> wanted) throws RefractException {
        if (wanted.stream().noneMatch(names::containsKey)) {
            throw RefractException.usage("%s holds no %s: none of its tensors is called %s, they are %s%s. They are of another class, or the"
                    + " file is not the state_dict() of the dictionary alone.",
                    file, what, String.join(", ", wanted.stream().sorted().toList()), String.join(", ", names.values().stream().limit(SHOWN).toList()),
                    names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : "");
        }
    }

    /** What is to be said of the prefix, if there was one. */
    public Optional<String> note() {
        return prefix.map(taken -> "the prefix '" + taken + "' of its names taken off");
    }
}
