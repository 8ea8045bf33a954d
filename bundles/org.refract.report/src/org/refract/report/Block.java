package org.refract.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.Feature;
import org.refract.engine.index.AtlasFacts;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.index.Histogram;
import org.refract.engine.unpack.RunFolder;

/**
 * A hook point with its dictionary, as the page shows it.
 *
 * @param index         its place in the report
 * @param name          a short name, {@code down.2.1}
 * @param point         the hook point's path
 * @param role          what the literature says it does, or empty
 * @param alive         features that were ever active
 * @param explained     explained variance at the end of training; NaN if no log says it
 * @param l0            active features per position, the sum of all densities
 * @param medianDensity of the live features
 * @param dense         features active at more than a tenth of the positions
 * @param chunk         latents in one file of examples
 * @param curves        the training log
 * @param densities     live features by log10 of their density
 * @param icons         sheets of icons; empty slots if none were drawn
 */
record Block(int index, String name, String point, String role, int rows, int columns, int latents, int width, long recordings, long positions,
        long alive, double explained, double l0, double medianDensity, long dense, int chunk, Curves curves, Histogram densities, Sheets icons) {
    private static final double DENSE = 0.1;
    private static final int BINS_PER_DECADE = 6;

    static Block of(RunFolder run, FeatureIndex atlas, int index, List<Feature> features, Path folder) throws RefractException {
        AtlasFacts facts = atlas.facts();
        double[] live = features.stream().filter(Feature::alive).mapToDouble(Feature::density).sorted().toArray();
        Curves curves = Curves.read(run.sae(facts.point()).resolve("log.jsonl"));
        String path = path(facts.point().toString());
        return new Block(index, name(path), path, Optional.ofNullable(facts.further().get("role")).orElse(""), facts.rows(), facts.columns(),
                facts.latents(), facts.width(), facts.recordings(), facts.positions(), live.length,
                curves.last("explained_variance"), features.stream().mapToDouble(Feature::density).sum(), median(live),
                features.stream().filter(f -> f.density() > DENSE).count(), FeatureFiles.CHUNK, curves, atlas.densities(BINS_PER_DECADE),
                IconSheets.copy(run, atlas, features, index, folder));
    }

    /** The middle of ascending values, or the mean of the two in the middle; 0 of none. */
    static double median(double[] ascending) {
        int middle = ascending.length / 2;
        return ascending.length == 0 ? 0 : ascending.length % 2 == 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2;
    }

    /** A hook point as people write it: without the site where that is the update. */
    static String path(String point) {
        return point.endsWith(":update") ? point.substring(0, point.length() - ":update".length()) : point;
    }

    /** {@code down.2.1} for {@code unet.down_blocks.2.attentions.1}, as the papers write it. */
    static String name(String path) {
        return path.replaceFirst("^unet\\.", "").replace("_blocks", "").replace("_block", "").replace(".attentions", "").replace(".resnets", ".resnet");
    }
}
