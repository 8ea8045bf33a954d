package org.refract.model.sdxl.schedulers;

/**
 * A noise level in single precision, of a sample {@code α x₀ + σ̄ n}: {@code α = 1/√(σ² + 1)}, {@code σ̄ = σ α}, {@code λ = log α - log σ̄}.
 *
 * @param alpha  share of the clean sample
 * @param sigma  share of the noise
 * @param lambda half of the logarithm of the signal to noise ratio; infinite without noise
 */
record Level(float alpha, float sigma, float lambda) {

    static Level of(float sigma) {
        float alpha = 1 / (float) Math.sqrt(sigma * sigma + 1);
        float scaled = sigma * alpha;
        return new Level(alpha, scaled, (float) Math.log(alpha) - (float) Math.log(scaled));
    }
}
