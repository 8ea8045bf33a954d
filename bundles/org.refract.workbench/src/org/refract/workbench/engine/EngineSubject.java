package org.refract.workbench.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.FeatureId;
import org.refract.api.job.BothMonitors;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelBackend;
import org.refract.engine.draw.PictureRecipes.Past;
import org.refract.engine.draw.PictureRecipes.Recipe;
import org.refract.engine.draw.PictureRecipes;
import org.refract.engine.extension.Lease;
import org.refract.engine.intervene.Explore;
import org.refract.engine.intervene.PointActivity;
import org.refract.engine.intervene.StepCodes;
import org.refract.engine.job.Job;
import org.refract.engine.job.JobQueue;
import org.refract.engine.unpack.Dictionaries;
import org.refract.engine.unpack.RecordedRequest;
import org.refract.engine.unpack.RunFolder;
import org.refract.workbench.engine.RunFiles.Beginning;
import org.refract.workbench.picture.Pixels;
import org.refract.workbench.subject.ActiveFeatures;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Drawing;
import org.refract.workbench.subject.FeatureDetails;
import org.refract.workbench.subject.FeatureRow;
import org.refract.workbench.subject.Subject;
import org.refract.workbench.subject.SubjectInfo.DictionaryInfo;
import org.refract.workbench.subject.SubjectInfo;

/** A model with a run's dictionaries on a device, and the run's files. */
final class EngineSubject implements Subject {
    private final SubjectInfo info;
    private final ImageModel model;
    private final Optional<Dictionaries> dictionaries;
    private final Optional<RunFiles> files;
    private final Lease<ModelBackend> backend;
    private final JobQueue jobs;
    private final PictureRecipes recipes;
    private final ImageRequest usual;

    /** Takes the model and the dictionaries over. On the device's thread. */
    EngineSubject(Path location, Optional<RunFolder> run, Path folderOfModel, ImageModel model, Optional<Dictionaries> dictionaries,
            Lease<ModelBackend> backend, JobQueue jobs, PictureRecipes recipes) throws RefractException {
        this.model = model;
        this.dictionaries = dictionaries;
        this.backend = backend;
        this.jobs = jobs;
        this.recipes = recipes;
        List<DictionaryInfo> points = list().stream()
                .map(d -> new DictionaryInfo(d.point(), model.hookPoint(d.point().path()).map(HookPointInfo::role).orElse(""), d.features().size())).toList();
        this.files = run.isPresent() ? Optional.of(RunFiles.open(run.get(), points)) : Optional.empty();
        Optional<RecordedRequest> recorded = run.flatMap(RecordedRequest::of);
        this.usual = recorded.map(r -> r.on(model.defaults())).orElse(model.defaults());
        List<String> warnings = new ArrayList<>(files.map(RunFiles::warnings).orElse(List.of()));
        if (run.isPresent() && recorded.isEmpty()) {
            warnings.add("This run does not say in how many steps it was recorded; it is drawn in the model's own " + usual.steps() + ".");
        }
        Beginning first = files.map(RunFiles::beginning).orElse(Beginning.EMPTY);
        this.info = new SubjectInfo(location, run.map(RunFolder::path), folderOfModel, model.info().name(), model.placement(),
                new DrawRequest(first.prompt(), first.seed(), usual.steps(), usual.guidance(), List.of()), recorded.isPresent(), shape(model.defaults()), points,
                warnings);
    }

    private List<String> shape(ImageRequest defaults) {
        List<String> options = new ArrayList<>();
        if (usual.width() != defaults.width() || usual.height() != defaults.height()) {
            options.addAll(List.of("--size", usual.width() + "x" + usual.height()));
        }
        if (!usual.scheduler().equals(defaults.scheduler())) {
            usual.scheduler().ifPresent(scheduler -> options.addAll(List.of("--scheduler", scheduler)));
        }
        return options;
    }

    private List<Dictionary> list() {
        return dictionaries.map(Dictionaries::list).orElse(List.of());
    }

    private Monitor guarded(Monitor monitor) {
        return dictionaries.map(opened -> opened.guard(monitor)).orElse(monitor);
    }

    @Override
    public SubjectInfo info() {
        return info;
    }

    @Override
    public Drawing draw(DrawRequest request, Monitor monitor) throws RefractException {
        monitor.stage(request.edits().isEmpty() ? "Drawing" : "Drawing with edits", request.steps());
        ImageRequest wanted = wanted(request);
        Explore explored = jobs.submit(Job.on(model.placement(), "Drawing '" + request.prompt() + "'",
                job -> Explore.run(model, wanted, list(), request.edits(), guarded(new BothMonitors(job, monitor)))).using(backend))
                .awaitOrCancel("The window was closed.", monitor);
        return new Drawing(request, Pixels.of(explored.images().getFirst()), explored.points().stream().map(EngineSubject::active).toList());
    }

    private ImageRequest wanted(DrawRequest request) {
        return usual.withPrompt(request.prompt(), request.seed()).withSteps(request.steps()).withGuidance(request.guidance());
    }

    @Override
    public void save(Drawing drawing, Map<String, List<String>> options, Path file) throws RefractException {
        recipes.write(file, drawing.picture().toOpaqueImage(), new Recipe(wanted(drawing.request()), model.info(), options, drawing.request().edits()));
    }

    @Override
    public Past recall(Path picture) throws RefractException {
        Past past = recipes.read(picture);
        List<String> notes = new ArrayList<>(past.notes());
        past.fingerprint().filter(f -> !f.equals(model.info().fingerprint())).ifPresent(other -> notes.add(
                "It was drawn with another model, %s; %s draws another picture.".formatted(past.model().orElse(other), model.info().name())));
        Map<String, List<String>> others = new TreeMap<>(past.others());
        others.remove("size", List.of(usual.width() + "x" + usual.height()));
        others.remove("scheduler", usual.scheduler().stream().toList());
        if (!others.isEmpty()) {
            notes.add("Only refract generate --like restores " + others.entrySet().stream().map(e -> "--" + e.getKey() + " " + String.join(" ", e.getValue()))
                    .collect(Collectors.joining(", ")) + ".");
        }
        return new Past(past.prompt(), past.seed(), past.steps(), past.guidance(), past.changes(), past.model(), past.fingerprint(), others, notes);
    }

    private static ActiveFeatures active(PointActivity activity) {
        StepCodes first = activity.passes().getFirst();
        int slots = activity.passes().stream().mapToInt(StepCodes::slots).max().orElse(1);
        return new ActiveFeatures(first.rows(), first.columns(), slots, activity.passes().stream().map(step -> codes(step, slots)).toList());
    }

    private static ActiveFeatures.Codes codes(StepCodes step, int slots) {
        int positions = step.rows() * step.columns();
        int[] latents = new int[positions * slots];
        float[] values = new float[positions * slots];
        for (int p = 0; p < positions; p++) {
            System.arraycopy(step.indices(), p * step.slots(), latents, p * slots, step.slots());
            System.arraycopy(step.values(), p * step.slots(), values, p * slots, step.slots());
        }
        return new ActiveFeatures.Codes(latents, values);
    }

    @Override
    public List<FeatureRow> features(int dictionary) {
        return list().get(dictionary).features().stream().map(feature -> new FeatureRow(feature, 0)).toList();
    }

    @Override
    public FeatureDetails details(FeatureId feature) throws RefractException {
        return files().details(feature);
    }

    @Override
    public Optional<Pixels> icon(FeatureId feature) throws RefractException {
        return files().icon(feature);
    }

    private RunFiles files() throws RefractException {
        return files.orElseThrow(() -> RefractException.usage("%s was opened without a run; refract unpack --model makes one.", info.location()));
    }

    @Override
    public void close() {
        files.ifPresent(RunFiles::close);
        try {
            jobs.submit(Job.on(model.placement(), "Closing " + info.name(), job -> {
                dictionaries.ifPresent(Dictionaries::close);
                model.close();
                return info;
            })).awaitOrCancel("The window was closed.");
        } catch (RefractException e) {
            throw new IllegalStateException(e);
        }
    }
}
