package org.refract.cli.command;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention;
import org.refract.engine.file.AtomicFile;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;
import org.refract.engine.Locations;
import org.refract.engine.draw.PictureRecipes;

/** Pictures with the record that {@code refract generate} writes and {@code --like} reads. */
@Component
public final class RecordedPictures implements PictureRecipes {
    /** What stands in {@link Past} under its own name. */
    private static final Set<String> NAMED = Set.of(PastPicture.PROMPT, "seed", "steps", "guidance", "feature", "run", "model", "device");

    private final KnownFiles known;

    /** With the files that this person has drawn with. */
    @Activate
    public RecordedPictures() {
        this(new Locations().data());
    }

    RecordedPictures(Path data) {
        this.known = new KnownFiles(data);
    }

    @Override
    public void write(Path file, BufferedImage picture, Recipe recipe) throws RefractException {
        String record = PictureRecord.of(recipe.request(), 0, recipe.model(), new OptionValues(recipe.options()), recipe.changes()).toString();
        AtomicFile.write(file, PictureFile.bytes(file, picture, PictureText.of(WebUiText.of(recipe.request(), 0, recipe.model()), record)));
        known.add(List.of(new OptionValues(recipe.options())));
    }

    @Override
    public Past read(Path file) throws RefractException {
        PastPicture past = PastPicture.of(file).checked(file);
        OptionValues said = past.values();
        List<Intervention> changes = DrawOptions.of(said.without(Set.of(PastPicture.PROMPT))).interventions();
        List<String> notes = new ArrayList<>(past.notes());
        if (!past.lost().isEmpty()) {
            notes.add("Not restored: " + String.join("; ", past.lost()) + ".");
        }
        Map<String, List<String>> others = new HashMap<>(said.without(NAMED).values());
        return new Past(said.first(PastPicture.PROMPT), said.first("seed").map(Long::parseLong), said.first("steps").map(Integer::parseInt),
                said.first("guidance").map(Double::parseDouble), changes, past.model(), past.fingerprint(), others, notes);
    }
}
