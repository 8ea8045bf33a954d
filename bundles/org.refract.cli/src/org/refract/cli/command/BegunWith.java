package org.refract.cli.command;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.cli.command.StartOptions.Start;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.tensor.Scope;
import org.refract.engine.unpack.Dictionaries;
import org.refract.engine.unpack.RunFolder;

/**
 * A model that draws one picture, with what was added to it and what the picture begins with.
 *
 * @param model what draws
 * @param plain the model without what was added, as dictionaries know it
 * @param drawn how pictures are drawn where nothing is said
 * @param start what is begun with
 * @param scope owns the tensors of that
 */
record BegunWith(ImageModel model, ModelInfo plain, RunDefaults drawn, Optional<Start> start, Scope scope) implements AutoCloseable {

    /** Opens it, to draw as a run was recorded. Call on the device's thread. */
    static BegunWith open(ModelOptions options, RunFolder run, Lease<ModelBackend> backend, Adapters adapters, StartOptions start, Monitor monitor)
            throws RefractException {
        Optional<Start> begun = start.start();
        Optional<ModelInfo> plain = adapters.isEmpty() ? Optional.empty() : Optional.of(backend.get().inspect(options.location()));
        ImageModel model = options.open(backend, adapters, monitor);
        OpenModels.tellOfLoras(adapters, monitor);
        return new BegunWith(model, plain.orElse(model.info()), RunDefaults.of(model.defaults(), Optional.of(run)), begun, Scope.open(model.placement()));
    }

    /** The dictionaries of a run of this model. */
    Dictionaries dictionaries(RunFolder run, Extensions extensions) throws RefractException {
        return Dictionaries.open(run, model, plain, extensions);
    }

    /** The request for one picture; a note says where it is none as the run's. */
    ImageRequest request(PictureOptions picture, String prompt, Monitor monitor) throws RefractException {
        ImageRequest request = picture.request(drawn.usual(), List.of(prompt));
        drawn.tell(request, monitor);
        if (start.isEmpty()) {
            return request;
        }
        ImageRequest shaped = picture.saysShape() ? request : start.get().shaped(request);
        return Canvas.of(start.get(), shaped.width(), shaped.height()).on(shaped, scope.manager());
    }

    /** What came out, with what the mask keeps of the photo. */
    BufferedImage finished(ImageRequest request, BufferedImage drawn) {
        return start.map(s -> Canvas.of(s, request.width(), request.height()).finished(drawn)).orElse(drawn);
    }

    @Override
    public void close() {
        scope.close();
        model.close();
    }
}
