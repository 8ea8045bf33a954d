package org.refract.workbench.explore;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.refract.api.analysis.FeatureId;
import org.refract.workbench.subject.FeatureRow;

/** What a person can do to look through the features. Every method returns at once; on the screen's thread only. */
public final class Browsing {
    private final Exploration state;
    private final Atlas atlas;
    private final Turning turning;
    private final Consumer<String> warn;

    Browsing(Exploration state, Atlas atlas, Turning turning, Consumer<String> warn) {
        this.state = state;
        this.atlas = atlas;
        this.turning = turning;
        this.warn = warn;
    }

    /** Shows another hook point's features. */
    public void chooseDictionary(int index) {
        if (index != state.dictionary()) {
            state.dictionary(index);
            select(Optional.empty());
            readFeatures();
        }
    }

    /** Reads the chosen hook point's features and lists them. */
    void readFeatures() {
        if (state.dictionaryInfo().isEmpty()) {
            state.rows(List.of());
            return;
        }
        atlas.features(state.dictionary(), () -> {
            list();
            selectStrongest();
        }, warn);
    }

    /** Lists the features of a new picture; the selected one stays. */
    void pictureChanged() {
        list();
        select(state.selected());
        selectStrongest();
    }

    /** With a picture on the screen some feature is always looked at. */
    private void selectStrongest() {
        if (state.selected().isEmpty() && state.before().isPresent()) {
            select(state.rows().stream().findFirst());
        }
    }

    /** Lists the features whose label holds these words. */
    public void search(String text) {
        list(text, state.wholeDictionary(), state.order());
    }

    /** Lists all features, or those that are active in the picture. */
    public void wholeDictionary(boolean all) {
        list(state.search(), all, state.order());
    }

    /** Sorts the list by a column, or the other way round. */
    public void sort(Order.Column column) {
        list(state.search(), state.wholeDictionary(), state.order().clicked(column));
    }

    private void list(String text, boolean all, Order order) {
        state.list(text, all, order);
        list();
    }

    void list() {
        state.rows(FeatureList.rows(atlas.read(state.dictionary()), state.active(), state.overlay().step(), state.search(),
                state.wholeDictionary(), state.order()));
    }

    /** Looks at a feature. */
    public void select(Optional<FeatureRow> row) {
        turning.forgetPainting();
        Optional<FeatureRow> fresh = row.map(r -> state.rows().stream()
                .filter(other -> other.feature().latent() == r.feature().latent()).findFirst().orElse(r));
        Optional<FeatureId> id = fresh.flatMap(r -> state.dictionaryInfo().map(d -> new FeatureId(d.point(), r.feature().latent())));
        state.selected(fresh, id.map(i -> state.edits().of(i).orElseGet(() -> Edit.neutral(i, fresh.get().label(), state.current().mode())))
                .orElse(state.current()));
        id.ifPresent(feature -> atlas.details(feature, details -> {
            if (state.selectedId().equals(id)) {
                state.details(details);
            }
        }, warn));
    }

    /** Looks at an edit and its feature. */
    public void look(Edit edit) {
        select(edit.feature(), () -> turning.look(edit));
    }

    /** Looks at a feature by its number, whether or not it is in the list. */
    public void select(FeatureId feature) {
        select(feature, () -> { });
    }

    private void select(FeatureId feature, Runnable then) {
        int index = state.subject().map(s -> s.dictionaries().stream().map(d -> d.point()).toList().indexOf(feature.point())).orElse(-1);
        if (index < 0) {
            return;
        }
        chooseDictionary(index);
        atlas.features(index, () -> {
            List<FeatureRow> all = atlas.read(index);
            if (index == state.dictionary() && feature.latent() < all.size()) {
                select(Optional.of(all.get(feature.latent())));
                then.run();
            }
        }, warn);
    }
}
