package org.refract.engine.unpack;

import java.util.List;
import java.util.Optional;
import org.refract.api.analysis.Intervention;

/**
 * A feature whose effect is shown: the same picture without and with changes of it. It lies as {@code <id>.json} in
 * {@link RunFolder#interventions()}, with its pictures beside it.
 *
 * @param id       a file-safe name
 * @param point    the hook point's path
 * @param latent   the feature
 * @param label    its label, if it has one
 * @param prompt   the prompt of all pictures
 * @param seed     the seed of all pictures
 * @param steps    denoising steps
 * @param guidance classifier-free guidance scale
 * @param effect   mean absolute change of the first change's picture, in [0, 1]
 * @param locality share of that change that falls where the feature acts; the share of the picture's area that it acts on is
 *                 {@code area}
 * @param area     see {@code locality}
 * @param shots    the pictures, the unchanged one first
 */
public record Showcase(String id, String point, int latent, Optional<String> label, String prompt, long seed, int steps, double guidance,
        double effect, double locality, double area, List<Shot> shots) {

    /**
     * One picture.
     *
     * @param caption      what was changed, in words
     * @param file         the PNG file beside the JSON file
     * @param intervention the change; empty for the unchanged picture
     */
    public record Shot(String caption, String file, Optional<Intervention> intervention) {
    }
}
