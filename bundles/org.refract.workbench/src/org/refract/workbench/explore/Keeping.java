package org.refract.workbench.explore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.engine.draw.PictureRecipes.Past;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Drawing;
import org.refract.workbench.subject.FeatureRow;
import org.refract.workbench.subject.Subject;
import org.refract.workbench.subject.SubjectInfo;
import org.refract.workbench.subject.SubjectInfo.DictionaryInfo;
import org.refract.workbench.work.Background;
import org.refract.workbench.work.Background.Lane;
import org.refract.workbench.work.Background.Outcome;

/** Saves pictures with how they were drawn, and takes that back from them. Every method returns at once; on the screen's thread only. */
public final class Keeping {
    private final Explorer explorer;
    private final Background background;
    private final Turning turning;
    private final History history;
    private final Supplier<Optional<Subject>> subject;

    Keeping(Explorer explorer, Background background, Turning turning, History history, Supplier<Optional<Subject>> subject) {
        this.explorer = explorer;
        this.background = background;
        this.turning = turning;
        this.history = history;
        this.subject = subject;
    }

    /** Writes the picture on the screen with how it was drawn. */
    public void save(Drawing drawing, Path file) {
        filed("Saving " + file, s -> {
            s.save(drawing, EquivalentCommand.options(s.info(), drawing.request(), drawing.request().edits()), file);
            return file;
        }, done -> explorer.say("Saved " + done + " with how it was drawn: refract inspect tells it, refract generate --like draws it again."));
    }

    /** Takes prompt, seed, steps, guidance and edits from a picture and draws it again; its twin is {@code refract generate --like}. */
    public void restore(Path picture) {
        filed("Reading " + picture.getFileName(), s -> s.recall(picture), past -> restored(picture, past));
    }

    private void restored(Path picture, Past past) {
        List<String> notes = new ArrayList<>(past.notes());
        List<Edit> edits = new ArrayList<>();
        for (Intervention change : past.changes()) {
            Optional<Edit> edit = known(change.feature()).flatMap(label -> Edit.of(change, label));
            edit.ifPresentOrElse(edits::add, () -> notes.add("The change of " + change.feature() + " cannot be made here."));
        }
        DrawRequest now = explorer.state().request();
        explorer.state().request(new DrawRequest(past.prompt().orElse(now.prompt()), past.seed().orElse(now.seed()), past.steps().orElse(now.steps()),
                past.guidance().orElse(now.guidance()), List.of()));
        turning.restore(edits);
        history.keep("restore " + picture, explorer.state().moment());
        turning.settle();
        if (past.prompt().isEmpty() || past.seed().isEmpty()) {
            notes.add("It does not say its " + (past.prompt().isEmpty() ? "prompt" : "seed") + ", so nothing is drawn.");
        } else {
            explorer.generate(notes);
        }
        if (!notes.isEmpty()) {
            explorer.warn(picture.getFileName() + ": " + String.join(" ", notes));
        }
    }

    /** The label of a feature of what is open, "" for none; empty if it has no such feature. */
    private Optional<String> known(FeatureId feature) {
        List<DictionaryInfo> dictionaries = explorer.state().subject().map(SubjectInfo::dictionaries).orElse(List.of());
        for (int i = 0; i < dictionaries.size(); i++) {
            if (dictionaries.get(i).point().equals(feature.point()) && feature.latent() < dictionaries.get(i).latents()) {
                List<FeatureRow> read = explorer.atlas().read(i);
                return Optional.of(read.isEmpty() ? "" : read.get(feature.latent()).label());
            }
        }
        return Optional.empty();
    }

    private interface Filed<T> {
        T of(Subject subject) throws RefractException;
    }

    private <T> void filed(String title, Filed<T> work, Consumer<T> done) {
        if (subject.get().isEmpty()) {
            explorer.warn("There is no model yet: open a run folder or a model folder first.");
            return;
        }
        Subject asked = subject.get().get();
        background.start(Lane.FILES, title, monitor -> work.of(asked), new Outcome<T>() {
            @Override
            public void done(T result) {
                done.accept(result);
            }

            @Override
            public void failed(String sentence) {
                explorer.warn(sentence);
            }
        });
    }
}
