package org.refract.nn;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.refract.api.model.Hook;
import org.refract.api.model.Site;

/** The hooks of a run by the place where they sit. */
public final class HookTable {

    /** No hooks. */
    public static final HookTable EMPTY = new HookTable(List.of());

    private final Map<String, Map<Site, List<Hook>>> at = new HashMap<>();
    private final Set<String> above = new HashSet<>();

    /** @param hooks applied in this order where several sit at one point */
    public HookTable(List<? extends Hook> hooks) {
        for (Hook hook : hooks) {
            String path = hook.point().path();
            at.computeIfAbsent(path, p -> new EnumMap<>(Site.class))
                    .computeIfAbsent(hook.point().site(), s -> new ArrayList<>()).add(hook);
            for (int dot = path.lastIndexOf('.'); dot >= 0; dot = path.lastIndexOf('.', dot - 1)) {
                above.add(path.substring(0, dot));
            }
        }
    }

    /** Whether there are none at all. */
    public boolean isEmpty() {
        return at.isEmpty();
    }

    /** The hooks of a module, by site. */
    Map<Site, List<Hook>> at(Module module) {
        return at.getOrDefault(module.path(), Map.of());
    }

    /** Whether a hook sits somewhere beneath a module, so that it must be computed step by step. */
    boolean beneath(Module module) {
        return above.contains(module.path());
    }

    /** Whether a hook sits at a module or beneath it. */
    public boolean touches(Module module) {
        return at.containsKey(module.path()) || beneath(module);
    }
}
