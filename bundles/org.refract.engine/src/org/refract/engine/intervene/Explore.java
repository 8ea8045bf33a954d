package org.refract.engine.intervene;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Intervention;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.engine.tensor.Pictures;
import org.refract.engine.tensor.Scope;

/**
 * One run of a model, seen through its dictionaries.
 *
 * @param images one per prompt
 * @param points what was active, one per dictionary, in their order
 */
public record Explore(List<BufferedImage> images, List<PointActivity> points) {

    /**
     * Runs the model, changes what is to be changed and reads which features are active then. Call on the device's thread.
     *
     * @param dictionaries  those that are read
     * @param interventions what is changed; the codes that are read are those of the changed values
     * @throws RefractException if the request does not fit the model or an intervention makes no sense
     */
    public static Explore run(ImageModel model, ImageRequest request, List<Dictionary> dictionaries, List<Intervention> interventions,
            Monitor monitor) throws RefractException {
        List<CodesHook> readers = dictionaries.stream().map(d -> new CodesHook(d.point(), d.sae())).toList();
        List<Hook> hooks = new ArrayList<>(Interventions.hooks(interventions, dictionaries));
        hooks.addAll(readers);
        List<BufferedImage> images = draw(model, request, hooks, monitor);
        return new Explore(images, readers.stream().map(r -> new PointActivity(r.point(), r.passes())).toList());
    }

    /**
     * Runs the model with changes and reads nothing. Call on the device's thread.
     *
     * @return one image per prompt
     * @throws RefractException as {@link #run}
     */
    public static List<BufferedImage> draw(ImageModel model, ImageRequest request, List<Dictionary> dictionaries, List<Intervention> interventions,
            Monitor monitor) throws RefractException {
        return draw(model, request, Interventions.hooks(interventions, dictionaries), monitor);
    }

    private static List<BufferedImage> draw(ImageModel model, ImageRequest request, List<Hook> hooks, Monitor monitor) throws RefractException {
        try (Scope scope = Scope.open(model.placement()); ImageBatch batch = model.generate(request, hooks, monitor, scope.manager())) {
            return batch.images().map(Pictures::of).orElse(List.of());
        }
    }
}
