package org.refract.analysis.blocks;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.Hyperparameter;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.analysis.Analysis;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Finding;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageModel;
import org.refract.api.model.Model;

/**
 * What each block does: how pictures change without it ({@link Ablation}), and what its strongest features change, measured against
 * chance ({@link FeatureMoves}).
 */
@Component(service = Analysis.class)
public final class BlockRoles implements Analysis {

    @Override
    public String id() {
        return "blocks";
    }

    @Override
    public String description() {
        return "What each block does to layout, detail and colour: without it, and when its strongest features are moved";
    }

    @Override
    public List<Hyperparameter> hyperparameters() {
        return List.of(
                new Hyperparameter("prompts", Hyperparameter.Kind.INTEGER, "16", Interval.from(2), Optional.empty()),
                new Hyperparameter("features", Hyperparameter.Kind.INTEGER, "3", Interval.from(1).saying(": features moved per block and prompt"),
                        Optional.empty()),
                new Hyperparameter("seed", Hyperparameter.Kind.INTEGER, "0", Interval.ANY.saying(": of the random directions"), Optional.empty()));
    }

    @Override
    public List<Finding> run(Model model, List<Dictionary> dictionaries, List<String> captions, Settings settings, Monitor monitor)
            throws RefractException {
        if (!(model instanceof ImageModel images)) {
            throw RefractException.usage("Block roles are measured in pictures, and %s draws none.", model.info().name());
        }
        int features = (int) settings.integer("features");
        if (settings.integer("prompts") < 2 || features < 1) {
            throw RefractException.usage("Block roles need at least two prompts and one feature; they were given %s and %d.", settings.text("prompts"), features);
        }
        List<String> prompts = captions.stream().limit(settings.integer("prompts")).toList();
        if (prompts.size() < 2) {
            throw RefractException.usage("Block roles need at least two prompts; there are %d.", prompts.size());
        }
        Drawing drawing = new Drawing(images, prompts, monitor);
        monitor.stage("Comparing blocks", Ablation.blocks(images).size() + 2L + (long) dictionaries.size() * FeatureMoves.drawings(features));
        List<BufferedImage> before = drawing.draw(0, (first, last) -> List.of());
        monitor.advance(1);
        List<Finding> findings = new ArrayList<>(Ablation.run(images, drawing, before, monitor));
        FeatureMoves moves = new FeatureMoves(drawing, before, features, settings.integer("seed"));
        List<List<Object>> rows = new ArrayList<>();
        List<Finding.Picture> pictures = new ArrayList<>();
        for (Dictionary dictionary : dictionaries) {
            FeatureMoves.Block block = moves.at(dictionary, monitor);
            rows.addAll(block.rows());
            pictures.addAll(block.pictures());
        }
        findings.add(new Finding.Table("features", "What the strongest features of each block change", """
                On each of %d prompts the %d strongest features of a block are switched off or quadrupled, one at a time. Layout, detail and colour as \
                in the ablation. × null: the mean change divided by that of nulls, in which the feature's own map is written along a random \
                direction or another feature's, with the same size at the same places. p: one-sided permutation test of the paired \
                differences; above 0.05 the features move no more than chance.""".formatted(prompts.size(), features), FeatureMoves.COLUMNS, rows));
        findings.add(new Finding.Pictures("feature-pictures", "Strong features moved", "The features that changed a picture most, in each block.", 2, pictures));
        return findings;
    }
}
