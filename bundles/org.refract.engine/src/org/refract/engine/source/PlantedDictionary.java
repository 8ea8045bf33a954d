package org.refract.engine.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/**
 * A truth to be found: {@code x = Σ_i a_i d_i + noise}, with random unit directions d_i and sparse strengths a_i in [0.5, 1.5).
 *
 * @param width       numbers of a vector
 * @param features    how many directions there are
 * @param active      how many are active in a vector, on average
 * @param exponent    how uneven they are: feature i is active in proportion to (i + 1)^−exponent
 * @param noise       standard deviation of the noise in each number
 * @param signed      whether strengths are negative half of the time
 * @param correlation with which probability the second feature of each pair does what the first one does
 * @param children    if not 0, features come in families: whenever a parent is active, one of so many children is, and never without it
 * @param seed        of directions and data
 */
public record PlantedDictionary(int width, int features, double active, double exponent, double noise, boolean signed, double correlation, int children,
        long seed) {

    private static final int MOST = 1 << 24;

    /** What a person may set. */
    public static final List<Hyperparameter> SETTINGS = List.of(
            new Hyperparameter("width", Kind.INTEGER, "64", Interval.between(1, MOST), Optional.empty()),
            new Hyperparameter("features", Kind.INTEGER, "256", Interval.between(1, MOST), Optional.empty()),
            new Hyperparameter("active", Kind.REAL, "8", Interval.POSITIVE.saying(", at most the number of features"), Optional.empty()),
            new Hyperparameter("exponent", Kind.REAL, "0", Interval.NOT_NEGATIVE, Optional.empty()),
            new Hyperparameter("noise", Kind.REAL, "0.01", Interval.NOT_NEGATIVE, Optional.empty()),
            new Hyperparameter("signed", Kind.FLAG, "false", "true or false", Optional.empty()),
            new Hyperparameter("correlation", Kind.REAL, "0", Interval.between(0, 1), Optional.empty()),
            new Hyperparameter("children", Kind.INTEGER, "0", Interval.between(0, MOST), Optional.empty()),
            new Hyperparameter("seed", Kind.INTEGER, "0", Interval.ANY, Optional.empty()));

    /** Reads {@code width=64,features=256,active=8}; what is not said is as in {@link #SETTINGS}. */
    public static PlantedDictionary parse(String text) throws RefractException {
        Map<String, String> given = new LinkedHashMap<>();
        for (String part : text.isBlank() ? new String[0] : text.split(",")) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw RefractException.usage("'%s' is no setting of a planted dictionary: write name=value with commas between, such as"
                        + " width=64,features=256,active=8.", part);
            }
            given.put(part.substring(0, equals).strip(), part.substring(equals + 1));
        }
        Settings s = Settings.of(SETTINGS, given);
        PlantedDictionary planted = new PlantedDictionary((int) s.integer("width"), (int) s.integer("features"), s.real("active"), s.real("exponent"),
                s.real("noise"), s.flag("signed"), s.real("correlation"), (int) s.integer("children"), s.integer("seed"));
        planted.check();
        return planted;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return "width=" + width + ",features=" + features + ",active=" + active + ",exponent=" + exponent + ",noise=" + noise + ",signed=" + signed
                + ",correlation=" + correlation + ",children=" + children + ",seed=" + seed;
    }

    private void check() throws RefractException {
        if (active > features) {
            throw RefractException.usage("A planted dictionary of %d features cannot have active=%s, which is more.", features, active);
        }
        if (children > 0 && (correlation > 0 || features % (children + 1) != 0 || features < children + 1)) {
            throw RefractException.usage("Families of 1 + %d features need a number of features that they divide (not %d), and no correlation.", children,
                    features);
        }
        if ((long) width * features > Integer.MAX_VALUE) {
            throw RefractException.usage("%d features of width %d are too many to plant.", features, width);
        }
    }

    /** The directions, {@code (features, width)} float32 with unit rows. */
    public NDArray directions(NDManager owner) {
        try (NDManager step = owner.newSubManager()) {
            NDArray drawn = Tensors.of(step, new TorchRandom(seed).randn(features * width), features, width);
            return StoreStream.KERNELS.call(owner, "unit_rows", drawn);
        }
    }

    /** How often each feature is active, were it alone; of families, the parents. */
    double[] frequencies() {
        int count = children == 0 ? features : features / (children + 1);
        double wanted = children == 0 ? active : active / 2;
        double sum = 0;
        double[] frequencies = new double[count];
        for (int i = 0; i < count; i++) {
            frequencies[i] = Math.pow(i + 1.0, -exponent);
            sum += frequencies[i];
        }
        for (int i = 0; i < count; i++) {
            frequencies[i] = Math.min(1, frequencies[i] * wanted / sum);
        }
        return frequencies;
    }

    /**
     * Mean over the planted directions of the largest cosine with a row of a dictionary, of its size where strengths have signs: 1 if all were
     * found (Sharkey et al. 2022, mean max cosine similarity).
     *
     * @param decoder {@code (latents, width)}
     */
    public double recovered(NDArray decoder) {
        try (NDManager step = decoder.getManager().newSubManager()) {
            return Tensors.scalar(StoreStream.KERNELS.call(step, "recovered", directions(step), decoder, signed));
        }
    }

    /** The share of a dictionary's rows to which another row points the opposite way, with a cosine below {@code −least}. */
    public static double antipodal(NDArray decoder, double least) {
        try (NDManager step = decoder.getManager().newSubManager()) {
            return Tensors.scalar(StoreStream.KERNELS.call(step, "antipodal", decoder, least));
        }
    }
}
