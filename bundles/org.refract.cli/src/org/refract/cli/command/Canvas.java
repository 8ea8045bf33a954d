package org.refract.cli.command;

import ai.djl.ndarray.NDManager;
import java.awt.image.BufferedImage;
import java.util.Optional;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.StartImage;
import org.refract.cli.command.StartOptions.Start;
import org.refract.pictures.CropRegion;
import org.refract.pictures.Mask;
import org.refract.pictures.Photo;
import org.refract.engine.tensor.Tensors;

/**
 * What a model draws on: a photo, or the part of it around its mask, in the size of the request.
 *
 * @param picture what is seen of the photo
 * @param mask    of the same size
 * @param region  which part of the photo that is, empty for all of it
 * @param start   the photo and its mask as they were read
 */
record Canvas(BufferedImage picture, Optional<Mask> mask, Optional<CropRegion> region, Start start) {

    static Canvas of(Start start, int width, int height) {
        Optional<CropRegion> region = start.padding().flatMap(pixels -> CropRegion.around(start.mask().orElseThrow(), width, height, pixels));
        if (region.isPresent()) {
            return new Canvas(region.get().cut(start.image().image(), width, height),
                    start.mask().map(mask -> Mask.of(region.get().cut(mask.image(), width, height))), region, start);
        }
        return new Canvas(start.image().fitted(width, height, start.fit()),
                start.mask().map(mask -> Mask.of(new Photo(mask.image()).fitted(width, height, start.fit()))), region, start);
    }

    /** The request with this as tensors of {@code owner}. */
    ImageRequest on(ImageRequest request, NDManager owner) {
        int width = request.width();
        int height = request.height();
        return request.withStart(new StartImage(Tensors.of(owner, Photo.channels(picture), 1, 3, height, width), start.strength(),
                mask.map(m -> Tensors.of(owner, m.shares(), 1, 1, height, width))));
    }

    /** What came out, with what the mask keeps: the whole photo where a part of it was drawn. */
    BufferedImage finished(BufferedImage drawn) {
        if (region.isPresent()) {
            return region.get().pasted(start.image().image(), start.mask().orElseThrow(), drawn);
        }
        return mask.map(m -> m.over(picture, drawn)).orElse(drawn);
    }
}
