package org.refract.workbench.explore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.workbench.picture.Pixels;
import org.refract.workbench.subject.FeatureDetails;
import org.refract.workbench.subject.FeatureRow;
import org.refract.workbench.subject.Subject;
import org.refract.workbench.work.Background;
import org.refract.workbench.work.Background.Lane;
import org.refract.workbench.work.Background.Outcome;

/** Reads what a run knows of its features, off the screen's thread, and keeps what was read. On the screen's thread only. */
public final class Atlas {
    /** Icons kept in memory; a thousand of 64 × 64 pixels take 16 MB. */
    private static final int ICONS = 1000;

    private final Background background;
    private Optional<Subject> subject = Optional.empty();
    private final Map<Integer, List<FeatureRow>> features = new HashMap<>();
    private final Map<FeatureId, List<Runnable>> waiting = new HashMap<>();
    private final Map<FeatureId, Optional<Pixels>> icons = new LinkedHashMap<>(ICONS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FeatureId, Optional<Pixels>> eldest) {
            return size() > ICONS;
        }
    };

    Atlas(Background background) {
        this.background = background;
    }

    void opened(Subject other) {
        subject = Optional.of(other);
        features.clear();
        icons.clear();
        waiting.clear();
    }

    /** The features of a dictionary as far as they were read; empty until then. */
    List<FeatureRow> read(int dictionary) {
        return features.getOrDefault(dictionary, List.of());
    }

    /** Reads the features of a dictionary unless they are there, then calls back. */
    void features(int dictionary, Runnable then, Consumer<String> trouble) {
        if (features.containsKey(dictionary) || subject.isEmpty()) {
            then.run();
            return;
        }
        read("Reading features", s -> s.features(dictionary), rows -> {
            features.put(dictionary, rows);
            then.run();
        }, trouble);
    }

    void details(FeatureId feature, Consumer<FeatureDetails> then, Consumer<String> trouble) {
        read("Reading " + feature, s -> s.details(feature), then, trouble);
    }

    /**
     * A feature's picture of itself, if it is there.
     *
     * @param later called once it was read, if it is not there yet
     */
    public Optional<Pixels> icon(FeatureId feature, Runnable later) {
        Optional<Pixels> there = icons.get(feature);
        if (there != null) {
            return there;
        }
        boolean first = !waiting.containsKey(feature);
        waiting.computeIfAbsent(feature, f -> new ArrayList<>()).add(later);
        if (first) {
            read("Reading an icon", s -> s.icon(feature), icon -> arrived(feature, icon), sentence -> arrived(feature, Optional.empty()));
        }
        return Optional.empty();
    }

    private void arrived(FeatureId feature, Optional<Pixels> icon) {
        icons.put(feature, icon);
        waiting.remove(feature).forEach(Runnable::run);
    }

    private interface Question<T> {
        T ask(Subject subject) throws RefractException;
    }

    private <T> void read(String title, Question<T> question, Consumer<T> then, Consumer<String> trouble) {
        if (subject.isEmpty()) {
            return;
        }
        Subject asked = subject.get();
        background.start(Lane.FILES, title, monitor -> question.ask(asked), new Outcome<T>() {
            @Override
            public void done(T result) {
                if (subject.filter(s -> s == asked).isPresent()) {
                    then.accept(result);
                }
            }

            @Override
            public void failed(String sentence) {
                if (subject.filter(s -> s == asked).isPresent()) {
                    trouble.accept(sentence);
                }
            }
        });
    }
}
