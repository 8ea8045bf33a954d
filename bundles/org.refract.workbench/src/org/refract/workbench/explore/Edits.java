package org.refract.workbench.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;

/** The list of edits: at most one per feature and mode, in the order in which they were made. */
public final class Edits {
    /** The feature of an edit that belongs to none. */
    static final FeatureId NOTHING = new FeatureId(new HookPoint("nothing", Site.UPDATE), -1);

    private final List<Edit> list = new ArrayList<>();

    /** All edits, the oldest first. */
    public List<Edit> all() {
        return List.copyOf(list);
    }

    /** What changes the picture, as the engine carries it out. */
    public List<Intervention> interventions() {
        return list.stream().filter(e -> !e.changesNothing()).map(Edit::toIntervention).toList();
    }

    /** The newest edit of a feature. */
    public Optional<Edit> of(FeatureId feature) {
        return list.reversed().stream().filter(e -> e.feature().equals(feature)).findFirst();
    }

    /** The edit of a feature in one mode. */
    public Optional<Edit> of(FeatureId feature, EditMode mode) {
        return list.stream().filter(e -> e.feature().equals(feature) && e.mode() == mode).findFirst();
    }

    /** Adds an edit, or puts it in the place of the same feature's edit in the same mode. */
    void put(Edit edit) {
        int place = place(edit);
        if (place < 0) {
            list.add(edit);
        } else {
            list.set(place, edit);
        }
    }

    /** Puts an edit in the place of another one, which stops acting. */
    void replace(Edit old, Edit edit) {
        int place = place(old);
        if (place >= 0) {
            list.set(place, edit);
        }
    }

    /** Puts these in the place of all. */
    void set(List<Edit> edits) {
        list.clear();
        list.addAll(edits);
    }

    void remove(Edit edit) {
        int place = place(edit);
        if (place >= 0) {
            list.remove(place);
        }
    }

    void clear() {
        list.clear();
    }

    private int place(Edit edit) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).feature().equals(edit.feature()) && list.get(i).mode() == edit.mode()) {
                return i;
            }
        }
        return -1;
    }
}
