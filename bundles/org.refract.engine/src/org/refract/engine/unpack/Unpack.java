package org.refract.engine.unpack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.engine.extension.ExtensionFailure;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.extension.ModelBackends;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.FolderLock;
import org.refract.engine.job.CheckpointsOnly;
import org.refract.engine.job.RunRecord;

/**
 * The main job: survey → record → train → atlas → icons → interventions → analyses → report, in one folder. It can be ended at any instant; asked
 * again with the same options it continues where it was, and what comes out is the same as without the interruption.
 */
@Component(service = Unpack.class)
public final class Unpack {
    /** The metric that says how much of the whole job is done, from 0 to 1. */
    public static final String DONE = "all phases";
    /** The metric that estimates how many minutes the whole job still takes. */
    public static final String MINUTES_LEFT = "minutes left";

    private static final String COMMAND = "unpack";
    private static final String IDENTITY = "identity.";
    private static final String PHASE = "phase.";
    private static final String MODEL_FACT = "model_fact.";
    private static final String FINISHED = "done";
    private static final String FAILED = "failed";

    private final Extensions extensions;

    /** @param extensions where models, dictionaries, labelers, analyses and report writers come from */
    @Activate
    public Unpack(@Reference Extensions extensions) {
        this.extensions = extensions;
    }

    /**
     * Unpacks a model. Call on the placement's device thread, as a job does.
     *
     * @param monitor hears of the phases, their progress and that of the whole ({@link #DONE}, {@link #MINUTES_LEFT})
     * @return the run's folder
     * @throws RefractException   if the model or an option is wrong, the folder holds another run, or another job writes there
     * @throws CancelledException if it was stopped; asked again, it continues
     */
    public RunFolder run(UnpackOptions options, Monitor monitor) throws RefractException {
        Lease<ModelBackend> backend = backend(options.model());
        UnpackSession.check(options, extensions);
        RunFolder folder = new RunFolder(options.run().toAbsolutePath().normalize()).enclosed();
        requireRunOrNothing(folder.path());
        try (FolderLock lock = FolderLock.take(folder.path(), "refract unpack")) {
            boolean isNew = !Files.exists(folder.record());
            Map<String, String> identity = UnpackSession.identity(options, backend.get().inspect(options.model()).fingerprint());
            RunRecord record = record(options, folder, identity);
            try {
                unpack(options, folder, record, backend, backend.guard(monitor));
                record.completed();
                return folder;
            } catch (CancelledException e) {
                record.cancelled(e.getMessage());
                throw e;
            } catch (RefractException e) {
                if (isNew && e.exitCode() == RefractException.USAGE && !Files.exists(folder.store())) {
                    AtomicFolder.delete(folder.record());
                    AtomicFolder.delete(folder.path().resolve(RunRecord.CLOCK));
                } else {
                    record.failed(e.getMessage());
                }
                throw e;
            } catch (ExtensionFailure e) {
                record.failed(e.getMessage());
                throw e;
            } catch (RuntimeException | Error e) {
                record.failed("It ended unexpectedly: " + e + ".");
                throw e;
            }
        }
    }

    private void unpack(UnpackOptions options, RunFolder folder, RunRecord record, Lease<ModelBackend> backend, Monitor monitor)
            throws RefractException {
        List<Phase> phases = phases(options);
        List<Phase> left = left(phases, record);
        double all = phases.stream().mapToDouble(Phase::weight).sum();
        WholeProgress whole = new WholeProgress(monitor, all, all - left.stream().mapToDouble(Phase::weight).sum(), System::nanoTime);
        if (left.isEmpty()) {
            return;
        }
        whole.stage("Opening " + options.model().getFileName(), 0);
        try (UnpackSession session = UnpackSession.open(options, folder, record, extensions, backend, new CheckpointsOnly(monitor))) {
            describe(options.model(), session.model().info(), record);
            for (Phase phase : left) {
                whole.checkpoint();
                whole.begin(phase, phase.stages(session), (phases.indexOf(phase) + 1) + "/" + phases.size());
                long began = System.nanoTime();
                int failed = session.incomplete().size();
                phase.run(session, whole);
                record.took(phase.id(), Math.round((System.nanoTime() - began) / 1e9));
                record.fact(PHASE + phase.id(), session.incomplete().size() > failed ? FAILED : FINISHED);
                whole.end();
            }
            if (!session.incomplete().isEmpty()) {
                throw RefractException.failure("%s is finished but for this: %s The same command tries it again.", folder.path(),
                        String.join(" ", session.incomplete()));
            }
        }
    }

    private static void describe(Path folder, ModelInfo model, RunRecord record) throws RefractException {
        record.model(model.fingerprint()).fact("model_name", model.name());
        Optional<String> title = ModelTitle.of(folder);
        if (title.isPresent()) {
            record.fact("model_title", title.get());
        }
        if (model.parameters() > 0) {
            record.fact(MODEL_FACT + "parameters", String.format(Locale.ROOT, "%,d", model.parameters()));
        }
        for (Map.Entry<String, String> detail : model.details().entrySet()) {
            record.fact(MODEL_FACT + detail.getKey(), detail.getValue());
        }
    }

    private static List<Phase> phases(UnpackOptions options) {
        List<Phase> phases = new ArrayList<>(List.of(new SurveyPhase(), new RecordPhase(), new TrainPhase(), new AtlasPhase(), new IconPhase(),
                new ShowcasePhase(), new AnalysisPhase()));
        if (options.report()) {
            phases.add(new ReportPhase());
        }
        return phases;
    }

    /** What is not done, and the report again if anything is not. */
    private static List<Phase> left(List<Phase> phases, RunRecord record) {
        boolean all = phases.stream().allMatch(phase -> isDone(record, phase));
        return phases.stream().filter(phase -> !all && phase instanceof ReportPhase || !isDone(record, phase)).toList();
    }

    private static boolean isDone(RunRecord record, Phase phase) {
        return record.fact(PHASE + phase.id()).filter(FINISHED::equals).isPresent();
    }

    private Lease<ModelBackend> backend(Path model) throws RefractException {
        if (!Files.exists(model)) {
            throw RefractException.usage("There is no model at %s.", model);
        }
        return ModelBackends.of(extensions, model);
    }

    private static void requireRunOrNothing(Path folder) throws RefractException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw RefractException.usage("%s is a file; name a folder for the run.", folder);
        }
        if (!Files.isDirectory(folder) || Files.exists(folder.resolve(RunRecord.FILE))) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            if (files.anyMatch(file -> !file.getFileName().toString().startsWith("."))) {
                throw RefractException.usage("%s holds other files and no run; name an empty or a new folder.", folder);
            }
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }

    private static RunRecord record(UnpackOptions options, RunFolder folder, Map<String, String> identity) throws RefractException {
        if (!Files.exists(folder.record())) {
            return identified(RunRecord.begin(folder.path(), COMMAND, UnpackSession.arguments(options)).modelAt(options.model())
                    .seed("run", options.seed()), identity);
        }
        RunRecord record = RunRecord.read(folder.path());
        if (!record.command().equals(COMMAND)) {
            throw RefractException.usage("%s holds a run of refract %s; choose another folder.", folder.path(), record.command());
        }
        for (var entry : identity.entrySet()) {
            String before = record.fact(IDENTITY + entry.getKey()).orElse(entry.getValue());
            if (!before.equals(entry.getValue())) {
                throw RefractException.usage("%s was begun with another %s; repeat its options, choose another folder, or delete it.", folder.path(),
                        entry.getKey());
            }
        }
        return identified(record.running(), identity);
    }

    /** Also completes the record of a run that was killed while it was begun. */
    private static RunRecord identified(RunRecord record, Map<String, String> identity) throws RefractException {
        for (var entry : identity.entrySet()) {
            if (record.fact(IDENTITY + entry.getKey()).isEmpty()) {
                record.fact(IDENTITY + entry.getKey(), entry.getValue());
            }
        }
        return record;
    }
}
