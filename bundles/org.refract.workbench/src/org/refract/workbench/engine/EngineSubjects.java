package org.refract.workbench.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.refract.api.RefractException;
import org.refract.api.job.BothMonitors;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageModel;
import org.refract.api.model.Model;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.draw.PictureRecipes;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.job.Job;
import org.refract.engine.job.JobQueue;
import org.refract.engine.unpack.Dictionaries;
import org.refract.engine.unpack.RunFolder;
import org.refract.workbench.shell.Start;
import org.refract.workbench.subject.Subject;
import org.refract.workbench.subject.Subjects;

/** Opens run folders and model folders with the backends that are there. */
@Component(service = Subjects.class)
public final class EngineSubjects implements Subjects {
    private final Extensions extensions;
    private final JobQueue jobs;
    private final Start start;
    private final PictureRecipes recipes;

    @Activate
    public EngineSubjects(@Reference Extensions extensions, @Reference JobQueue jobs, @Reference Start start, @Reference PictureRecipes recipes) {
        this.recipes = recipes;
        this.extensions = extensions;
        this.jobs = jobs;
        this.start = start;
    }

    @Override
    public Subject open(Optional<Path> location, Optional<Path> moved, Monitor monitor) throws RefractException {
        Locations locations = new Locations();
        Optional<Path> wanted = location.or(() -> Runs.newest(Path.of("").toAbsolutePath(), locations));
        Path folder = (wanted.isPresent() ? wanted.get() : demo(locations)).toAbsolutePath().normalize();
        if (!Files.isDirectory(folder)) {
            throw RefractException.usage("There is no folder %s; open another one.", folder);
        }
        Optional<RunFolder> run = Optional.of(folder).filter(Runs::isRun).map(RunFolder::new);
        Optional<String> unfinished = run.isPresent() ? Optional.empty() : Runs.unfinished(folder);
        if (unfinished.isPresent()) {
            throw RefractException.usage("%s", unfinished.get());
        }
        Path model = moved.isPresent() ? moved.get().toAbsolutePath().normalize() : run.isPresent() ? Runs.model(run.get()) : folder;
        Lease<ModelBackend> backend = backend(model, folder);
        if (moved.isPresent() && run.isPresent()) {
            move(run.get(), model, backend);
        }
        Placement placement = start.placement();
        return jobs.submit(Job.on(placement, "Opening " + folder.getFileName(), job -> open(folder, run, model, backend, placement,
                new BothMonitors(job, monitor))).using(backend)).awaitOrCancel("The window was closed.", monitor);
    }

    private static void move(RunFolder run, Path model, Lease<ModelBackend> backend) throws RefractException {
        Optional<String> before = Runs.fingerprint(run);
        String now = backend.get().inspect(model).fingerprint();
        if (before.isPresent() && !before.get().equals(now)) {
            throw RefractException.usage("%s is another model (%s) than the one that %s was made from (%s); name that one.", model, now, run.path(), before.get());
        }
        Runs.moved(run, model);
    }

    @Override
    public Optional<Path> missingModel(Path location) {
        try {
            return Runs.isRun(location) ? Optional.of(Runs.model(new RunFolder(location))).filter(model -> !Files.exists(model)) : Optional.empty();
        } catch (RefractException damaged) {
            return Optional.empty();
        }
    }

    private static Path demo(Locations locations) throws RefractException {
        return locations.demo().resolve("turbo");
    }

    private Lease<ModelBackend> backend(Path model, Path opened) throws RefractException {
        Optional<Lease<ModelBackend>> found = extensions.knowing(ModelBackend.class, b -> b.recognises(model)).stream().findFirst();
        if (found.isEmpty()) {
            throw model.equals(opened)
                    ? RefractException.usage("%s is neither a run of refract unpack nor a model of a known family (%s); open another folder.", opened,
                            String.join(", ", extensions.ids(ModelBackend.class)))
                    : RefractException.usage(Files.exists(model) ? "%2$s, which %1$s names as its model, is no model of a known family; say where it is:"
                            + " refract workbench %1$s --model DIR" : "The model of %1$s is no longer at %2$s; say where it is: refract workbench %1$s --model DIR",
                            opened, model);
        }
        return found.get();
    }

    private Subject open(Path folder, Optional<RunFolder> run, Path folderOfModel, Lease<ModelBackend> backend, Placement placement, Monitor monitor)
            throws RefractException {
        monitor.stage("Reading the model", 0);
        Model model = backend.get().open(folderOfModel, placement, monitor);
        try {
            if (!(model instanceof ImageModel imageModel)) {
                throw RefractException.usage("%s draws no pictures; this view is for text-to-image models.", folderOfModel);
            }
            monitor.checkpoint();
            monitor.stage("Reading the dictionaries", 0);
            Optional<Dictionaries> dictionaries = run.isPresent() ? Optional.of(Dictionaries.open(run.get(), model, extensions)) : Optional.empty();
            return new EngineSubject(folder, run, folderOfModel, imageModel, dictionaries, backend, jobs, recipes);
        } catch (RefractException | RuntimeException e) {
            model.close();
            throw e;
        }
    }
}
