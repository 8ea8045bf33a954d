package org.refract.engine.train;

import java.nio.file.Path;
import org.refract.api.RefractException;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;

/** The architectures of a training that may have begun before, with extensions that may have gone since. */
public final class TrainingVariants {

    private TrainingVariants() {
    }

    /**
     * One of them.
     *
     * @param folder the training's folder, which need not be there yet
     * @throws RefractException if there is none of that id: the extension that brought it when the training began, or the ids that there are
     */
    public static Lease<SaeVariant> lease(Extensions extensions, Path folder, String id) throws RefractException {
        boolean here = extensions.ids(SaeVariant.class).contains(id);
        return here ? extensions.lease(SaeVariant.class, id) : extensions.lease(SaeVariant.class, id, folder, TrainingState.maker(folder, id));
    }
}
