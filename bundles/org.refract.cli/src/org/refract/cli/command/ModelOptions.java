package org.refract.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.ImageModel;
import org.refract.api.model.Model;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.extension.ModelBackends;
import org.refract.engine.job.RunRecord;
import org.refract.engine.unpack.RunFolder;
import picocli.CommandLine.Option;

/** {@code --model} and {@code --device}, as every command that runs a model has them. */
public final class ModelOptions {
    /** The demo model for few steps, in the folder of {@link Locations#demo()}. */
    private static final String DEMO = "turbo";
    private static final String DEMO_NAME = "emoji-sdxl";

    @Option(names = {"-m", "--model"}, paramLabel = "DIR|FILE", order = 1,
            description = "A diffusers folder or single-file checkpoint of the SDXL family (default: the demo model).")
    private Path model;

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu", order = 90,
            description = "cpu or cuda:0, with /bf16 or /fp16 after it (default: ${DEFAULT-VALUE}).")
    private String device;

    /**
     * Takes the model that a run was made from, unless one was named.
     *
     * @throws RefractException if the folder is no run, or its model is not there any more
     */
    public void orOf(RunFolder run) throws RefractException {
        if (!Files.isRegularFile(run.record())) {
            throw RefractException.usage("%s is no run folder; make one with refract unpack.", run.path());
        }
        Optional<Path> recorded = RunRecord.read(run.path()).modelLocation();
        if (model != null || recorded.isEmpty()) {
            return;
        }
        model = recorded.get();
        if (!Files.exists(model)) {
            throw RefractException.usage("The model of %s was at %s and is not there any more; say where it is with --model.", run.path(), model);
        }
    }

    /** Where the model lies. */
    public Path location() throws RefractException {
        if (model == null) {
            return new Locations().demo().resolve(DEMO);
        }
        if (!Files.exists(model)) {
            throw RefractException.usage("There is no model at %s; name a folder that holds a model_index.json, or a checkpoint in one file.", model);
        }
        return model.toAbsolutePath().normalize();
    }

    /** A name that is fit for a folder. */
    public String name() throws RefractException {
        return model == null ? DEMO_NAME : location().getFileName() == null ? "model" : location().getFileName().toString();
    }

    /** Where to compute. */
    public Placement placement() throws RefractException {
        return Placement.parse(device);
    }

    /** The backend that knows the model. */
    public Lease<ModelBackend> backend(Extensions extensions) throws RefractException {
        return backend(extensions, location());
    }

    /** The backend that knows a model. */
    static Lease<ModelBackend> backend(Extensions extensions, Path location) throws RefractException {
        return ModelBackends.of(extensions, location);
    }

    /** Opens it; call on the device's thread. */
    public ImageModel open(Lease<ModelBackend> backend, Monitor monitor) throws RefractException {
        return open(backend, Adapters.NONE, monitor);
    }

    /** Opens it with what is added to it; call on the device's thread. */
    public ImageModel open(Lease<ModelBackend> backend, Adapters adapters, Monitor monitor) throws RefractException {
        return open(backend, location(), placement(), adapters, monitor);
    }

    /** Opens a model that draws pictures; call on the device's thread. */
    static ImageModel open(Lease<ModelBackend> backend, Path location, Placement placement, Adapters adapters, Monitor monitor) throws RefractException {
        Model opened = backend.get().open(location, placement, adapters, monitor);
        if (opened instanceof ImageModel image) {
            return image;
        }
        opened.close();
        throw RefractException.usage("%s draws no pictures; this command needs a text-to-image model.", location);
    }
}
