package org.refract.engine.unpack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.refract.engine.extension.Extensions;

/** The product's extensions: the container's services, or on a plain class path the same classes made by hand. */
final class Installed {
    private static final List<String> CLASSES = List.of("org.refract.model.sdxl.SdxlBackend", "org.refract.sae.topk.TopKVariant",
            "org.refract.format.refract.RefractFormat", "org.refract.analysis.captions.CaptionLabeler", "org.refract.analysis.blocks.BlockRoles");

    private Installed() {
    }

    static Extensions extensions() throws ReflectiveOperationException {
        Optional<Bundle> bundle = Optional.ofNullable(FrameworkUtil.getBundle(Installed.class));
        if (bundle.isPresent()) {
            return new Extensions(bundle.get().getBundleContext());
        }
        List<Object> made = new ArrayList<>();
        for (String name : CLASSES) {
            made.add(Class.forName(name).getDeclaredConstructor().newInstance());
        }
        return Extensions.of(made.toArray());
    }
}
