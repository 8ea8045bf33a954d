package org.refract.engine.unpack;

import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.api.analysis.Labeler;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.engine.index.Atlas;
import org.refract.engine.index.AtlasOptions;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.Harvest;
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
        Placement placement = session.options().placement();
        Optional<Labeler> labeler = session.extensions().all(Labeler.class).stream().findFirst();
        AtlasOptions options = new AtlasOptions(session.preset().examples(), AtlasOptions.DEFAULT.neighbours(), AtlasOptions.DEFAULT.onePerPrompt());
        try (Recordings recordings = Recordings.open(session.folder().path())) {
            for (HookPoint point : session.points()) {
                if (Files.exists(session.folder().atlas(point))) {
                    monitor.stage("The atlas of " + point.path() + " is there", 0);
                    continue;
                }
                Map<String, String> facts = new TreeMap<>();
                labeler.ifPresent(l -> facts.put("labeler", l.id()));
                session.model().hookPoint(point.path()).map(HookPointInfo::role).filter(role -> !role.isBlank()).ifPresent(role -> facts.put("role", role));
                Dictionaries.Loaded loaded = Dictionaries.load(session.folder().sae(point), placement, session.extensions());
                loaded.provenance().ifPresent(p -> p.facts().forEach((name, value) -> facts.put("sae_" + name, value)));
                loaded.sae().config().settings().asMap().forEach((name, value) -> facts.put("setting_" + name, value));
                try (Sae sae = loaded.sae(); ActivationStore store = ActivationStore.open(Harvest.store(session.folder().path(), point))) {
                    Atlas.build(store, recordings, sae, placement, options, labeler, facts, session.folder().atlas(point), monitor);
                }
            }
        }
    }
}
