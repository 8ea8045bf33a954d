package org.refract.model.sdxl;

import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.model.sdxl.options.MicroConditioning.Size;
import org.refract.model.sdxl.options.MicroConditioning;

/** The numbers about size, crop and beauty that the U-Net is told (SDXL, section 2.2; diffusers, {@code _get_add_time_ids}). */
final class TimeIds {

    /** The refiner's aesthetic score of what is wanted, and of what is not (diffusers' defaults). */
    private static final double SCORE = 6;
    private static final double NEGATIVE_SCORE = 2.5;

    private TimeIds() {
    }

    /**
     * @param scored whether the last numbers are an aesthetic score in place of the target size
     * @param guided whether the unconditional rows come first
     * @return row after row: original height and width, crop top and left, then target height and width or the score
     */
    static float[] of(ImageRequest request, boolean scored, boolean guided) throws RefractException {
        int count = request.prompts().size();
        MicroConditioning positive = MicroConditioning.of(request.options());
        Optional<MicroConditioning> said = MicroConditioning.negative(request.options());
        MicroConditioning negative = said.orElse(positive);
        float[] wanted = row(request, positive, scored, positive.aestheticScore().orElse(SCORE));
        float[] unwanted = row(request, negative, scored,
                said.isEmpty() ? NEGATIVE_SCORE : negative.aestheticScore().orElse(NEGATIVE_SCORE));
        float[] ids = new float[(guided ? 2 : 1) * count * wanted.length];
        for (int i = 0; i < ids.length / wanted.length; i++) {
            System.arraycopy(guided && i < count ? unwanted : wanted, 0, ids, i * wanted.length, wanted.length);
        }
        return ids;
    }

    private static float[] row(ImageRequest request, MicroConditioning sizes, boolean scored, double score) {
        Size output = new Size(request.height(), request.width());
        Size original = sizes.original().orElse(output);
        Size target = sizes.target().orElse(output);
        return scored
                ? new float[] {original.height(), original.width(), sizes.crop().top(), sizes.crop().left(), (float) score}
                : new float[] {original.height(), original.width(), sizes.crop().top(), sizes.crop().left(), target.height(), target.width()};
    }
}
