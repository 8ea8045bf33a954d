package org.refract.engine.unpack;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Feature;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageRequest;
import org.refract.engine.index.Icons;
import org.refract.engine.intervene.FeatureRows;
import org.refract.engine.intervene.Interventions;
import org.refract.engine.job.CheckpointsOnly;
import org.refract.engine.tensor.Pictures;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.SharedWork;

/**
 * Draws every live feature's icon: an empty prompt with the block's update replaced by the feature's mean activation times k
 * (sdxl-unbox, utils/hooks.py, {@code replace_with_feature}), many features in one run.
 */
final class IconPhase implements Phase {
    /** Side of an icon in pixels, at most. */
    private static final int SIZE = 96;
    /** The seed of the public app (sdxl-unbox, app.py). */
    private static final long SEED = 42;

    @Override
    public String id() {
        return "icons";
    }

    @Override
    public double weight() {
        return 10;
    }

    @Override
    public List<Double> stages(UnpackSession session) throws RefractException {
        return Collections.nCopies(session.points().size(), 1.0);
    }

    @Override
    public void run(UnpackSession session, Monitor monitor) throws RefractException {
        for (Dictionary dictionary : session.dictionaries().list()) {
            Icons icons = new Icons(session.folder().icons(dictionary.point()), dictionary.features().size());
            monitor.stage("Drawing feature icons of " + dictionary.point().path(), dictionary.features().size());
            for (int sheet = 0; sheet < icons.sheets(); sheet++) {
                if (icons.drawn(sheet)) {
                    monitor.advance(icons.on(sheet));
                } else {
                    draw(session, dictionary, icons, sheet, monitor);
                }
            }
        }
    }

    private static void draw(UnpackSession session, Dictionary dictionary, Icons icons, int sheet, Monitor monitor) throws RefractException {
        int first = sheet * Icons.PER_SHEET;
        List<Optional<BufferedImage>> drawn = new ArrayList<>(Collections.nCopies(icons.on(sheet), Optional.empty()));
        List<Feature> alive = dictionary.features().subList(first, first + drawn.size()).stream().filter(Feature::alive).toList();
        int step = session.batch();
        int batches = (alive.size() + step - 1) / step;
        SharedWork.inOrder(session.lanes(step), batches, batch -> {
            monitor.checkpoint();
            return draw(session, dictionary, together(alive, batch, step), monitor);
        }, (batch, pictures) -> {
            List<Feature> together = together(alive, batch, step);
            for (int i = 0; i < together.size(); i++) {
                drawn.set(together.get(i).latent() - first, Optional.of(pictures.get(i)));
            }
            monitor.advance(together.size());
        });
        int side = Math.min(SIZE, Math.min(session.request().height(), session.request().width()));
        icons.write(sheet, drawn, side);
        monitor.advance(drawn.size() - alive.size());
    }

    private static List<Feature> together(List<Feature> alive, int batch, int step) {
        return alive.subList(batch * step, Math.min(alive.size(), (batch + 1) * step));
    }

    private static List<BufferedImage> draw(UnpackSession session, Dictionary dictionary, List<Feature> features, Monitor monitor)
            throws RefractException {
        int[] latents = features.stream().mapToInt(Feature::latent).toArray();
        double active = Interventions.activeLatents(dictionary);
        double[] weights = features.stream().mapToDouble(f -> f.mean() * active).toArray();
        ImageRequest request = session.request().withPrompts(Collections.nCopies(latents.length, ""), Collections.nCopies(latents.length, SEED));
        try (Scope scope = Scope.open(session.options().placement());
                ImageBatch batch = session.model().generate(request, List.of(new FeatureRows(dictionary.point(), dictionary.sae(), latents, weights)),
                        new CheckpointsOnly(monitor), scope.manager())) {
            return batch.images().map(Pictures::of).orElseThrow();
        }
    }
}
