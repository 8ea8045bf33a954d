package org.refract.workbench.subject;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.api.job.Monitor;
import org.refract.engine.draw.PictureRecipes.Past;
import org.refract.workbench.picture.Pixels;

/**
 * An opened text-to-image model with the dictionaries that were trained on it, if there are any. Its methods may take a while
 * and are called from one background thread at a time each, never from the screen's.
 */
public interface Subject extends AutoCloseable {

    /** What it is; at once. */
    SubjectInfo info();

    /**
     * Draws one picture and records which features are active where.
     *
     * @param monitor hears one unit per denoising step and may end the work between two
     */
    Drawing draw(DrawRequest request, Monitor monitor) throws RefractException;

    /** Every feature of one dictionary, by its place in {@link SubjectInfo#dictionaries()}, in order of latents. */
    List<FeatureRow> features(int dictionary) throws RefractException;

    /** What is known of one feature. */
    FeatureDetails details(FeatureId feature) throws RefractException;

    /** The feature's picture of itself, if the run made one. */
    Optional<Pixels> icon(FeatureId feature) throws RefractException;

    /**
     * Writes a picture with how it was drawn.
     *
     * @param options what was said to draw it, by the long names of the options of {@code refract generate} without dashes
     * @param file    PNG, JPEG or WebP, by its ending
     */
    void save(Drawing drawing, Map<String, List<String>> options, Path file) throws RefractException;

    /** Reads how a picture was drawn; what this subject cannot do as it was done then is among its notes. */
    Past recall(Path picture) throws RefractException;

    /** Gives back its memory. Work in progress is waited for. */
    @Override
    void close();
}
