package org.refract.itest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rules that hold the walls up: a bundle uses what lies below it, never what lies above, a plug-in never another plug-in, nobody
 * another bundle's {@code internal} packages or the test kit, and what it uses it imports. A plug-in can be removed, so nobody else names its packages.
 */
final class LayerRules {

    private final Map<String, String> ownerOfPackage = new TreeMap<>();

    /** @param bundles all bundles of Refract, so that each of its packages has an owner */
    LayerRules(Collection<BuiltBundle> bundles) {
        for (BuiltBundle bundle : bundles) {
            if (bundle.name().startsWith("org.refract.")) {
                bundle.ownPackages().forEach(name -> ownerOfPackage.put(name, bundle.name()));
            }
        }
    }

    /** One sentence for each rule that the bundle breaks. */
    List<String> brokenBy(BuiltBundle bundle) {
        List<String> broken = new ArrayList<>();
        var packages = new TreeSet<>(bundle.imports().keySet());
        packages.addAll(bundle.usedPackages().keySet());
        packages.removeAll(bundle.ownPackages());
        for (String name : packages) {
            reason(bundle, name).ifPresent(reason -> broken.add(bundle.name() + " must not use " + name + where(bundle, name) + ": " + reason));
        }
        for (String name : bundle.usedPackages().keySet()) {
            if (Layer.of(bundle.name()) != Layer.FOUNDATION && !isVisible(bundle, name)) {
                broken.add(bundle.name() + " uses " + name + where(bundle, name) + " without importing it");
            }
        }
        bundle.imports().forEach((name, clause) -> {
            if (name.startsWith("org.refract.") && !clause.contains("version=")) {
                broken.add(bundle.name() + " imports " + name + " in any version");
            }
        });
        return broken;
    }

    private static boolean isVisible(BuiltBundle bundle, String name) {
        return bundle.imports().containsKey(name) || bundle.requires().stream().anyMatch(required -> name.startsWith(required));
    }

    private Optional<String> reason(BuiltBundle bundle, String name) {
        Layer layer = Layer.of(bundle.name());
        if (name.startsWith("org.eclipse.swt") && layer != Layer.FACE && layer != Layer.API) {
            return Optional.of("only faces draw");
        }
        String owner = ownerOfPackage.get(name);
        if (owner == null || owner.equals(bundle.name())) {
            return Optional.empty();
        }
        if (name.contains(".internal")) {
            return Optional.of("it is internal to " + owner);
        }
        Layer below = Layer.of(owner);
        if (below == Layer.TEST_KIT) {
            return Optional.of(owner + " is for tests and not in the product");
        }
        if (below == Layer.PLUG_IN) {
            return Optional.of(layer == Layer.PLUG_IN ? "a plug-in never knows another plug-in" : owner + " is a plug-in that may be absent");
        }
        return below.compareTo(layer) > 0 ? Optional.of(owner + " is a layer above") : Optional.empty();
    }

    private static String where(BuiltBundle bundle, String name) {
        return Optional.ofNullable(bundle.usedPackages().get(name)).map(type -> " (in " + type + ")").orElse("");
    }
}
