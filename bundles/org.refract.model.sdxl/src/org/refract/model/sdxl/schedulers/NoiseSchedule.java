package org.refract.model.sdxl.schedulers;

/**
 * How much noise each training timestep has: {@code alphasCumprod[t] = ∏ (1 - β)} and {@code σ = √((1 - ᾱ) / ᾱ)}. Computed in single
 * precision where diffusers does, so that timesteps and sigmas come out the same.
 */
final class NoiseSchedule {

    /** What zero becomes where the last level is noise alone, so that its sigma is finite. */
    private static final float ALMOST_ZERO = 1f / (1 << 24);

    private final float[] alphasCumprod;
    private final float[] sigmas;
    private final float[] logSigmas;

    /** @param finite whether the last sigma must be finite although its level is noise alone */
    NoiseSchedule(Betas config, boolean finite) {
        float[] betas = betas(config);
        if (config.zeroSnr()) {
            betas = rescaled(betas);
        }
        alphasCumprod = cumprod(betas);
        if (config.zeroSnr() && finite) {
            alphasCumprod[alphasCumprod.length - 1] = ALMOST_ZERO;
        }
        sigmas = new float[alphasCumprod.length];
        logSigmas = new float[alphasCumprod.length];
        for (int t = 0; t < sigmas.length; t++) {
            sigmas[t] = (float) Math.sqrt((1 - alphasCumprod[t]) / alphasCumprod[t]);
            logSigmas[t] = (float) Math.log(sigmas[t]);
        }
    }

    /** ᾱ of a whole timestep. */
    float alphaCumprod(int t) {
        return alphasCumprod[t];
    }

    /** σ of a timestep, linear between whole ones. */
    double sigma(double t) {
        int low = (int) Math.floor(t);
        if (low >= sigmas.length - 1) {
            return sigmas[sigmas.length - 1];
        }
        if (low < 0) {
            return sigmas[0];
        }
        double slope = (double) sigmas[low + 1] - sigmas[low];
        return slope * (t - low) + sigmas[low];
    }

    /** The timestep of a σ, linear in log σ between whole ones. */
    double timestep(double sigma) {
        double log = Math.log(Math.max(sigma, 1e-10));
        int low = 0;
        while (low < sigmas.length - 2 && logSigmas[low + 1] <= log) {
            low++;
        }
        double w = (logSigmas[low] - log) / (logSigmas[low] - logSigmas[low + 1]);
        w = Math.clamp(w, 0, 1);
        return (1 - w) * low + w * (low + 1);
    }

    /** How many of the noisiest levels have {@code λ = log √ᾱ - log √(1 - ᾱ)} below a bound. */
    int clipped(double lambdaMin) {
        int clipped = 0;
        while (clipped < sigmas.length && -logSigmas[sigmas.length - 1 - clipped] < lambdaMin) {
            clipped++;
        }
        return clipped;
    }

    double smallestSigma() {
        return sigmas[0];
    }

    double largestSigma() {
        return sigmas[sigmas.length - 1];
    }

    private static float[] betas(Betas config) {
        int n = config.levels();
        float[] betas = new float[n];
        if (!config.trained().isEmpty()) {
            for (int i = 0; i < n; i++) {
                betas[i] = config.trained().get(i).floatValue();
            }
            return betas;
        }
        return switch (config.schedule()) {
            case "linear" -> linspace(config.start(), config.end(), n);
            case "scaled_linear" -> {
                float[] roots = linspace(Math.sqrt(config.start()), Math.sqrt(config.end()), n);
                for (int i = 0; i < n; i++) {
                    betas[i] = roots[i] * roots[i];
                }
                yield betas;
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    betas[i] = (float) Math.min(1 - cosine((i + 1.0) / n) / cosine((double) i / n), 0.999);
                }
                yield betas;
            }
        };
    }

    /** ᾱ of Improved Denoising Diffusion Probabilistic Models, equation 17. */
    private static double cosine(double t) {
        double c = Math.cos((t + 0.008) / 1.008 * Math.PI / 2);
        return c * c;
    }

    /** torch.linspace in single precision: from both ends to the middle. */
    static float[] linspace(double start, double end, int n) {
        float from = (float) start;
        float to = (float) end;
        float step = (to - from) / (n - 1);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i < n / 2 ? from + step * i : to - step * (n - i - 1);
        }
        return values;
    }

    private static float[] cumprod(float[] betas) {
        float[] products = new float[betas.length];
        double product = 1;
        for (int i = 0; i < betas.length; i++) {
            product *= 1 - betas[i];
            products[i] = (float) product;
        }
        return products;
    }

    /** Common Diffusion Noise Schedules and Sample Steps are Flawed, algorithm 1. */
    private static float[] rescaled(float[] betas) {
        float[] bar = cumprod(betas);
        float[] roots = new float[bar.length];
        float first = (float) Math.sqrt(bar[0]);
        float last = (float) Math.sqrt(bar[bar.length - 1]);
        for (int i = 0; i < bar.length; i++) {
            roots[i] = ((float) Math.sqrt(bar[i]) - last) * (first / (first - last));
        }
        float[] result = new float[bar.length];
        float before = 1;
        for (int i = 0; i < bar.length; i++) {
            float now = roots[i] * roots[i];
            result[i] = 1 - (i == 0 ? now : now / before);
            before = now;
        }
        return result;
    }
}
