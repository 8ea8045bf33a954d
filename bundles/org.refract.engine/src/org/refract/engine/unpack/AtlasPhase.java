package org.refract.engine.unpack;

import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.engine.index.AtlasOptions;
import org.refract.engine.store.Recordings;

/** Finds out what every feature responds to, and names it. */
final class AtlasPhase implements Phase {
    @Override
    public String id() {
        return "atlas";
    }

    @Override
    public double weight() {
        return 5;
    }

    @Override
    public List<Double> stages(UnpackSession session) throws RefractException {
        return Collections.nCopies(session.points().size(), 1.0);
    }

    @Override
    public void run(UnpackSession session, Monitor monitor) throws RefractException {
        AtlasOptions options = new AtlasOptions(session.preset().examples(), AtlasOptions.DEFAULT.neighbours(), AtlasOptions.DEFAULT.onePerPrompt());
        RunAtlas atlas = new RunAtlas(session.folder(), session.extensions(), session.labeler(), session.options().placement(), options);
        if (atlas.labeler().isPresent()) {
            session.used(atlas.labeler().get().get());
        }
        try (Recordings recordings = Recordings.open(session.folder().path())) {
            for (HookPoint point : session.points()) {
                if (Files.exists(session.folder().atlas(point))) {
                    monitor.stage("The atlas of " + point.path() + " is there", 0);
                    continue;
                }
                Map<String, String> facts = session.model().hookPoint(point.path()).map(HookPointInfo::role).filter(role -> !role.isBlank())
                        .map(role -> Map.of("role", role)).orElse(Map.of());
                atlas.build(recordings, point, facts, monitor);
            }
        }
    }
}
