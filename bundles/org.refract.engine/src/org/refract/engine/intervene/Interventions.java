package org.refract.engine.intervene;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;

/** From interventions to the hooks that carry them out. */
public final class Interventions {
    private Interventions() {
    }

    /**
     * One hook for each hook point that is changed; all changes at one point are made together, from one encoding of the value as it
     * was, so their order does not matter.
     *
     * @param dictionaries those of the model; they must stay open while the hooks are used
     * @throws RefractException if a feature's dictionary is missing, or a change makes no sense
     */
    public static List<Hook> hooks(List<Intervention> interventions, List<Dictionary> dictionaries) throws RefractException {
        Map<HookPoint, List<Change>> changes = new LinkedHashMap<>();
        for (Intervention intervention : interventions) {
            Dictionary dictionary = dictionary(intervention.feature(), dictionaries);
            changes.computeIfAbsent(dictionary.point(), point -> new ArrayList<>()).add(change(intervention, dictionary));
        }
        List<Hook> hooks = new ArrayList<>();
        for (Map.Entry<HookPoint, List<Change>> entry : changes.entrySet()) {
            Dictionary dictionary = dictionary(new FeatureId(entry.getKey(), 0), dictionaries);
            hooks.add(new FeatureHook(dictionary.point(), dictionary.sae(), entry.getValue()));
        }
        return hooks;
    }

    private static Change change(Intervention intervention, Dictionary dictionary) throws RefractException {
        FeatureId id = intervention.feature();
        if (!Double.isFinite(intervention.strength())) {
            throw RefractException.usage("The strength of %s is %s: it must be a number.", id, intervention.strength());
        }
        if (intervention.firstStep() < 0 || intervention.lastStep() < intervention.firstStep()) {
            throw RefractException.usage("%s is to be changed from step %d to step %d: steps count from 0, and the last is not before the first.",
                    id, intervention.firstStep(), intervention.lastStep());
        }
        double mean = dictionary.features().get(id.latent()).mean();
        if (intervention.mode() != Intervention.Mode.SCALE && !(mean > 0)) {
            throw RefractException.usage("%s was never active in its atlas, so it has no mean activation to be painted with; choose a live feature.", id);
        }
        if (intervention.mode() == Intervention.Mode.REPLACE && dictionary.point().site() != Site.UPDATE) {
            throw RefractException.usage("%s cannot replace an update, because its dictionary was trained on the %s of the block.", id,
                    dictionary.point().site().name().toLowerCase(java.util.Locale.ROOT));
        }
        return switch (intervention.mode()) {
            case ADD -> new Change(intervention, intervention.strength() * mean, 0);
            case SCALE -> new Change(intervention, 0, intervention.strength() - 1);
            case REPLACE -> new Change(intervention, intervention.strength() * mean * activeLatents(dictionary), 0);
        };
    }

    /** k of a top-k SAE; for one without k the mean number of active latents, the sum of all densities. */
    public static double activeLatents(Dictionary dictionary) {
        String k = dictionary.sae().config().settings().asMap().get("k");
        return k != null ? Double.parseDouble(k) : dictionary.features().stream().mapToDouble(Feature::density).sum();
    }

    private static Dictionary dictionary(FeatureId feature, List<Dictionary> dictionaries) throws RefractException {
        Dictionary found = dictionaries.stream().filter(d -> d.point().equals(feature.point())).findFirst()
                .orElseThrow(() -> RefractException.usage("There is no dictionary for %s; there are dictionaries for %s.", feature.point(),
                        dictionaries.stream().map(d -> d.point().path()).collect(Collectors.joining(", "))));
        if (feature.latent() < 0 || feature.latent() >= found.features().size()) {
            throw RefractException.usage("There is no feature %s: its dictionary has the features 0 to %d.", feature, found.features().size() - 1);
        }
        return found;
    }

    /**
     * An intervention in numbers: with row sign s, mask m and activation map z it adds {@code s · m · (constant + scale · z) · d_f}.
     *
     * @param intervention where and when
     * @param constant     weight of the direction itself
     * @param scale        weight of the feature's own map
     */
    record Change(Intervention intervention, double constant, double scale) {
    }
}
