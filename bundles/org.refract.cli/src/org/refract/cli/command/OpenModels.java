package org.refract.cli.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.cli.command.PicturePlan.Wanted;
import org.refract.cli.command.RefinerOptions.Second;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.unpack.Dictionaries;
import org.refract.engine.unpack.RunFolder;

/** The models that pictures are drawn with, open until other ones are needed. */
final class OpenModels implements AutoCloseable {
    private final Extensions extensions;
    private final Placement placement;
    private final Map<Path, Lease<ModelBackend>> backends = new LinkedHashMap<>();
    private Optional<Choice> choice = Optional.empty();
    private Optional<ImageModel> base = Optional.empty();
    private Optional<ImageModel> refiner = Optional.empty();
    private Optional<Dictionaries> dictionaries = Optional.empty();

    /**
     * Finds out who opens each model; opens none.
     *
     * @throws RefractException if one is not there or not known
     */
    OpenModels(Extensions extensions, Placement placement, List<Wanted> wanted) throws RefractException {
        this.extensions = extensions;
        this.placement = placement;
        for (Wanted picture : wanted.stream().distinct().toList()) {
            Choice needed = choice(picture.options());
            for (Path model : needed.refiner().isPresent() ? List.of(needed.model(), needed.refiner().get()) : List.of(needed.model())) {
                if (!backends.containsKey(model)) {
                    backends.put(model, ModelOptions.backend(extensions, model));
                }
            }
        }
    }

    /** What has to be open for a picture. */
    private record Choice(Path model, Adapters adapters, Optional<Path> refiner, Optional<Path> run) {
    }

    private static Choice choice(DrawOptions options) throws RefractException {
        if (options.run().isPresent()) {
            options.model().orOf(new RunFolder(options.run().get()));
        }
        return new Choice(options.model().location(), options.adapters().adapters(), options.refiner().second().map(Second::model),
                options.interventions().isEmpty() ? Optional.empty() : options.run());
    }

    /** What must stay while the models are open. */
    List<Lease<?>> leases() {
        return List.copyOf(backends.values());
    }

    /** Whether a picture needs other models than are open. */
    boolean differs(DrawOptions options) throws RefractException {
        return !choice.equals(Optional.of(choice(options)));
    }

    /** Opens what a picture needs, after closing what it does not need. Call on the device's thread. */
    void open(DrawOptions options, Monitor monitor) throws RefractException {
        Choice needed = choice(options);
        close();
        monitor.stage("Opening the model", 0);
        Lease<ModelBackend> backend = backends.get(needed.model());
        base = Optional.of(ModelOptions.open(backend, needed.model(), placement, needed.adapters(), monitor));
        if (needed.refiner().isPresent()) {
            Adapters sameVae = new Adapters(List.of(), List.of(), needed.adapters().vae());
            refiner = Optional.of(ModelOptions.open(backends.get(needed.refiner().get()), needed.refiner().get(), placement, sameVae, monitor));
        }
        if (needed.run().isPresent()) {
            ModelInfo own = needed.adapters().isEmpty() ? base.get().info() : backend.get().inspect(needed.model());
            dictionaries = Optional.of(Dictionaries.open(new RunFolder(needed.run().get()), base.get(), own, extensions));
            tellOfLoras(needed.adapters(), monitor);
        }
        choice = Optional.of(needed);
    }

    /** Dictionaries may be used with a LoRA, but its layers write other values than they were learned from. */
    static void tellOfLoras(Adapters adapters, Monitor monitor) {
        if (!adapters.loras().isEmpty()) {
            monitor.note("The dictionaries were learned from the model without its LoRA; features may mean something else with it.");
        }
    }

    ImageModel base() {
        return base.orElseThrow();
    }

    /** What a picture is drawn with where nothing is said. */
    RunDefaults drawn(DrawOptions options) {
        return RunDefaults.of(base().defaults(), options.run().map(RunFolder::new));
    }

    Optional<ImageModel> refiner() {
        return refiner;
    }

    List<Dictionary> dictionaries() {
        return dictionaries.map(Dictionaries::list).orElse(List.of());
    }

    /** A monitor that ends the work when an extension that computes with the dictionaries is removed. */
    Monitor guard(Monitor monitor) {
        return dictionaries.map(opened -> opened.guard(monitor)).orElse(monitor);
    }

    @Override
    public void close() {
        choice = Optional.empty();
        dictionaries.ifPresent(Dictionaries::close);
        dictionaries = Optional.empty();
        refiner.ifPresent(ImageModel::close);
        refiner = Optional.empty();
        base.ifPresent(ImageModel::close);
        base = Optional.empty();
    }
}
