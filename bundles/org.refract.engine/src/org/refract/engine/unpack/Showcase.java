package org.refract.engine.unpack;

import java.util.List;
import java.util.Optional;
import org.refract.api.analysis.Intervention;

/**
 * A feature whose effect is shown: a picture in which it is active, without and with changes of it, and another prompt's picture into
 * which it is painted. It lies as {@code <id>.json} in {@link RunFolder#interventions()}, with its pictures beside it.
 *
 * @param id       a file-safe name
 * @param point    the hook point's path
 * @param latent   the feature
 * @param label    its label, if it has one
 * @param prompt   the prompt of the first picture
 * @param seed     the seed of the first picture
 * @param steps    denoising steps
 * @param guidance classifier-free guidance scale
 * @param effect   mean absolute change of a pixel when the feature is switched off, in [0, 1]
 * @param locality share of that change that falls where the feature was active
 * @param area     share of the picture where it was active; a change without place has a locality of about this
 * @param shots    the pictures: unchanged, changed in several ways, another prompt unchanged, and painted
 */
public record Showcase(String id, String point, int latent, Optional<String> label, String prompt, long seed, int steps, double guidance,
        double effect, double locality, double area, List<Shot> shots) {

    /**
     * One picture.
     *
     * @param caption      what was changed, in words
     * @param file         the PNG file beside the JSON file
     * @param prompt       what was asked for
     * @param seed         the seed
     * @param intervention the change; empty for an unchanged picture
     */
    public record Shot(String caption, String file, String prompt, long seed, Optional<Intervention> intervention) {
    }
}
