package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * How a predicted clean sample is kept in bounds; latents usually are not.
 *
 * @param range   largest absolute value, or 0 for any
 * @param ratio   dynamic thresholding (Imagen, section 2.3): the share of values that stay, or 0 for none
 * @param largest dynamic thresholding: the largest threshold
 */
record Clipping(double range, double ratio, double largest) {

    static final Clipping NONE = new Clipping(0, 0, 0);

    /**
     * @param clips whether a class clips where its file says nothing
     * @throws RefractException if a value is none that can be meant
     */
    static Clipping read(ConfigFile file, boolean clips) throws RefractException {
        double range = file.flag("clip_sample", clips) ? positive(file, "clip_sample_range", 1) : 0;
        return file.flag("thresholding", false) ? dynamic(file) : new Clipping(range, 0, 0);
    }

    /** Of a class that knows dynamic thresholding only. */
    static Clipping dynamicOnly(ConfigFile file) throws RefractException {
        return file.flag("thresholding", false) ? dynamic(file) : NONE;
    }

    /** Of a class that knows a fixed range only. */
    static Clipping rangeOnly(ConfigFile file) throws RefractException {
        return file.flag("clip_sample", false) ? new Clipping(positive(file, "clip_sample_range", 1), 0, 0) : NONE;
    }

    boolean isNone() {
        return range == 0 && ratio == 0;
    }

    /** The sample in bounds; {@code sample} is closed unless it is what is returned. */
    NDArray apply(NDManager out, NDArray sample) {
        if (isNone()) {
            return sample;
        }
        try (sample) {
            return ratio > 0 ? Kernels.SCHEDULERS.call(out, "thresholded", sample, ratio, largest) : Kernels.SCHEDULERS.call(out, "clipped", sample, range);
        }
    }

    private static Clipping dynamic(ConfigFile file) throws RefractException {
        double ratio = positive(file, "dynamic_thresholding_ratio", 0.995);
        if (ratio > 1) {
            throw file.wrong("dynamic_thresholding_ratio", "at most 1");
        }
        return new Clipping(0, ratio, positive(file, "sample_max_value", 1));
    }

    private static double positive(ConfigFile file, String key, double otherwise) throws RefractException {
        double value = file.real(key, otherwise);
        if (!(value > 0)) {
            throw file.wrong(key, "above 0");
        }
        return value;
    }
}
