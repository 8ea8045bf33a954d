package org.refract.engine.extension;

import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ModelBackend;

/** Finds who opens a model. */
public final class ModelBackends {

    private ModelBackends() {
    }

    /**
     * The backend that knows the model at a place.
     *
     * @throws RefractException if there is none: what the place holds instead, as far as a backend can tell, or what is wrong with it
     */
    public static Lease<ModelBackend> of(Extensions extensions, Path location) throws RefractException {
        Optional<Lease<ModelBackend>> found = extensions.knowing(ModelBackend.class, backend -> backend.recognises(location)).stream().findFirst();
        if (found.isPresent()) {
            return found.get();
        }
        Optional<Lease<ModelBackend>> describer = extensions.knowing(ModelBackend.class, b -> b.describe(location).isPresent()).stream().findFirst();
        if (describer.isPresent()) {
            throw RefractException.usage("%s is no model: it is %s.", location, describer.get().get().describe(location).orElseThrow().get("what"));
        }
        throw RefractException.usage("%s is no model of a family that is known here (%s); refract inspect says what it is.", location,
                String.join(", ", extensions.ids(ModelBackend.class)));
    }
}
