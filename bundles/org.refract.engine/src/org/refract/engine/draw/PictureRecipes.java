package org.refract.engine.draw;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;

/** Picture files that say how they were drawn. A service of the command line, so that every face writes what its commands write and read. */
public interface PictureRecipes {

    /**
     * How a picture was drawn.
     *
     * @param request what was asked for, its first picture
     * @param model   what drew it
     * @param options what else was said, by the long names of the options of {@code refract generate} without dashes
     * @param changes what was changed on the way
     */
    record Recipe(ImageRequest request, ModelInfo model, Map<String, List<String>> options, List<Intervention> changes) {
        public Recipe {
            options = Map.copyOf(options);
            changes = List.copyOf(changes);
        }
    }

    /**
     * How a picture of this or another program was drawn, as far as its file says.
     *
     * @param prompt      what it shows
     * @param seed        of its noise
     * @param steps       denoising steps
     * @param guidance    classifier-free guidance scale
     * @param changes     what was changed on the way
     * @param model       the model's name
     * @param fingerprint the model's fingerprint
     * @param others      what else was said, each with its value
     * @param notes       sentences on what will differ
     */
    record Past(Optional<String> prompt, Optional<Long> seed, Optional<Integer> steps, Optional<Double> guidance, List<Intervention> changes,
            Optional<String> model, Optional<String> fingerprint, Map<String, List<String>> others, List<String> notes) {
        public Past {
            changes = List.copyOf(changes);
            others = Map.copyOf(others);
            notes = List.copyOf(notes);
        }
    }

    /**
     * Writes a picture whole or not at all, in the format of the file's ending (PNG, JPEG or WebP).
     *
     * @throws RefractException if it cannot be written
     */
    void write(Path file, BufferedImage picture, Recipe recipe) throws RefractException;

    /**
     * Reads how a picture was drawn.
     *
     * @throws RefractException if it is no picture, or says nothing of it
     */
    Past read(Path file) throws RefractException;
}
