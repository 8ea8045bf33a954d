package org.refract.engine.unpack;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.api.analysis.Labeler;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.extension.Origin;
import org.refract.engine.index.Atlas;
import org.refract.engine.index.AtlasOptions;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.Harvest;
import org.refract.engine.store.Recordings;

/**
 * Builds the atlases of a run's dictionaries, each with its dictionary's origin and settings and who named its features.
 *
 * @param run     where they lie
 * @param labeler who names the features, if anybody
 */
public record RunAtlas(RunFolder run, Extensions extensions, Optional<Lease<Labeler>> labeler, Placement placement, AtlasOptions options) {

    /**
     * The labeler of an id, or Refract's own where nobody chose.
     *
     * @throws RefractException if there is none of that id: those that there are
     */
    public static Optional<Lease<Labeler>> labeler(Extensions extensions, Optional<String> chosen) throws RefractException {
        return chosen.isPresent() ? Optional.of(extensions.lease(Labeler.class, chosen.get())) : extensions.usual(Labeler.class);
    }

    /**
     * Builds one. Call on the placement's device thread.
     *
     * @param further facts that it keeps besides
     */
    public void build(Recordings recordings, HookPoint point, Map<String, String> further, Monitor monitor) throws RefractException {
        Map<String, String> facts = new TreeMap<>(further);
        Dictionaries.Loaded loaded = Dictionaries.load(run.sae(point), placement, extensions);
        Monitor guarded = loaded.variant().guard(labeler.map(lease -> lease.guard(monitor)).orElse(monitor));
        try (Sae sae = loaded.sae(); ActivationStore store = ActivationStore.open(Harvest.store(run.path(), point))) {
            facts.putAll(loaded.facts());
            if (labeler.isPresent()) {
                facts.put("labeler", labeler.get().id());
                Origin.of(labeler.get().get()).ifPresent(maker -> maker.facts().forEach((name, value) -> facts.put("labeler_" + name, value)));
            }
            Atlas.build(store, recordings, sae, placement, options, labeler.map(Lease::get), facts, run.atlas(point), guarded);
        }
    }
}
