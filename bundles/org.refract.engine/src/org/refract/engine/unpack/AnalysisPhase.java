package org.refract.engine.unpack;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.analysis.Analysis;
import org.refract.api.analysis.Finding;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.engine.extension.Lease;

/**
 * Runs every analysis that is installed. One that does not fit the model is noted and left out; one that fails is noted too, and tried again when the
 * run is asked for again.
 */
final class AnalysisPhase implements Phase {
    @Override
    public String id() {
        return "analyses";
    }

    @Override
    public double weight() {
        return 12;
    }

    @Override
    public List<Double> stages(UnpackSession session) {
        return Collections.nCopies(session.extensions().ids(Analysis.class).size(), 1.0);
    }

    @Override
    public void run(UnpackSession session, Monitor monitor) throws RefractException {
        List<String> prompts = session.folder().prompts(session.preset().analysisPrompts());
        for (Lease<Analysis> lease : session.extensions().leases(Analysis.class)) {
            Path folder = session.folder().findings().resolve(lease.id());
            if (!FindingFiles.present(folder)) {
                Monitor guarded = session.dictionaries().guard(lease.guard(monitor));
                try {
                    FindingFiles.write(folder, run(session, lease.get(), prompts, guarded));
                } catch (RefractException e) {
                    leftOut(session, monitor, "The analysis %s was left out: %s".formatted(lease.id(), e.getMessage()), e.exitCode() != RefractException.USAGE);
                } catch (RuntimeException | Error e) {
                    if (e instanceof CancelledException && lease.isValid()) {
                        throw e;
                    }
                    leftOut(session, monitor, "The analysis %s failed: %s".formatted(lease.id(), e.getMessage() == null ? e + "." : e.getMessage()), true);
                }
            }
        }
    }

    private static void leftOut(UnpackSession session, Monitor monitor, String sentence, boolean again) throws RefractException {
        session.record().note(sentence);
        monitor.note(sentence);
        if (again) {
            session.incomplete(sentence);
        }
    }

    private static List<Finding> run(UnpackSession session, Analysis analysis, List<String> prompts, Monitor monitor) throws RefractException {
        session.used(analysis);
        return analysis.run(session.model(), session.dictionaries().list(), prompts, session.settings(analysis), monitor);
    }
}
