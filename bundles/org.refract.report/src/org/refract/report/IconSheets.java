package org.refract.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.Feature;
import org.refract.engine.file.FileFailure;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.index.Icons;
import org.refract.engine.unpack.RunFolder;

/** Takes over the icon sheets of an atlas as they are. */
final class IconSheets {
    private IconSheets() {
    }

    static Sheets copy(RunFolder run, FeatureIndex atlas, List<Feature> features, int block, Path folder) throws RefractException {
        Icons icons = new Icons(run.icons(atlas.facts().point()), features.size());
        List<String> files = new ArrayList<>();
        for (int sheet = 0; sheet < icons.sheets(); sheet++) {
            files.add(icons.drawn(sheet) ? copy(icons.sheet(sheet), folder, "images/icons-%d-%03d.png".formatted(block, sheet)) : "");
        }
        Optional<BufferedImage> first = Optional.empty();
        for (int latent = 0; latent < features.size() && first.isEmpty(); latent += Icons.PER_SHEET) {
            first = icons.image(latent);
        }
        int[] cell = first.map(image -> new int[] {image.getWidth(), image.getHeight()}).orElse(new int[] {1, 1});
        List<Integer> slots = features.stream().map(f -> f.alive() && icons.drawn(f.latent() / Icons.PER_SHEET) ? f.latent() : -1).toList();
        return new Sheets(files, cell, Icons.COLUMNS, Icons.PER_SHEET, slots);
    }

    private static String copy(Path sheet, Path folder, String name) throws RefractException {
        Path target = folder.resolve(name);
        try {
            Files.createDirectories(target.getParent());
            Files.copy(sheet, target);
            return name;
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }
}
