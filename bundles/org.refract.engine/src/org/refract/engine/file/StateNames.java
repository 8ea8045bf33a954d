package org.refract.engine.file;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names of a state dictionary without what stood around the module when it was saved: {@code torch.compile} puts {@code _orig_mod.} before
 * every name, {@code DataParallel} and {@code DistributedDataParallel} put {@code module.}.
 *
 * @param names  the name in the file of each name of the module, in the file's order
 * @param prefix what was taken off every name, if anything was
 */
public record StateNames(Map<String, String> names, Optional<String> prefix) {

    private static final List<String> WRAPPERS = List.of("_orig_mod.", "module.");

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

    /** What is to be said of the prefix, if there was one. */
    public Optional<String> note() {
        return prefix.map(taken -> "the prefix '" + taken + "' of its names taken off");
    }
}
