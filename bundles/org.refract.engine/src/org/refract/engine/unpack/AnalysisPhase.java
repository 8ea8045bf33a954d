package org.refract.engine.unpack;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.analysis.Analysis;
import org.refract.api.analysis.Finding;
import org.refract.api.job.Monitor;
import org.refract.engine.extension.Lease;
import org.refract.engine.store.Recording;
import org.refract.engine.store.Recordings;

/** Runs every analysis that is installed; one that does not fit the model is noted and left out. */
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
        List<String> prompts;
        try (Recordings recordings = Recordings.open(session.folder().path())) {
            prompts = recordings.all().stream().map(Recording::prompt).distinct().limit(session.preset().analysisPrompts()).toList();
        }
        for (String id : session.extensions().ids(Analysis.class)) {
            Lease<Analysis> lease = session.extensions().lease(Analysis.class, id);
            Analysis analysis = lease.get();
            Path folder = session.folder().findings().resolve(id);
            if (FindingFiles.present(folder)) {
                continue;
            }
            List<Finding> findings;
            try {
                findings = analysis.run(session.model(), session.dictionaries().list(), prompts, Settings.of(analysis.hyperparameters(), Map.of()),
                        lease.guard(monitor));
            } catch (RefractException e) {
                session.record().note("The analysis " + id + " was left out: " + e.getMessage());
                monitor.note("The analysis " + id + " was left out: " + e.getMessage());
                continue;
            }
            FindingFiles.write(folder, findings);
        }
    }
}
