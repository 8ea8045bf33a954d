package org.refract.engine.metrics;

/**
 * A published measure of a reconstruction x̂ of samples x by latents z. Where tools give one name to different formulas, the name says whose it
 * is. m is the mean of all samples, e = x − x̂, d the width; a mean leaves out samples for which the formula divides by zero.
 */
public enum Metric {
    /** 1 − Σ_j Var(e_j) / Σ_j Var(x_j). */
    FRAC_VARIANCE_EXPLAINED("frac_variance_explained", "1 - sum_j var(e_j) / sum_j var(x_j)", "dictionary_learning, evaluation.py"),
    /** 1 − mean‖e‖² / mean‖x − m‖². */
    EXPLAINED_VARIANCE_SAELENS("explained_variance.saelens", "1 - mean |e|^2 / mean |x - m|^2", "SAELens 6, training/sae_trainer.py"),
    /** mean(1 − ‖e‖² / ‖x − m‖²). */
    EXPLAINED_VARIANCE_SAELENS_LEGACY("explained_variance_legacy.saelens", "mean (1 - |e|^2 / |x - m|^2)", "SAELens, evals.py and sae_trainer.py"),
    /** 1 − mean‖e‖² / (mean‖x‖² − (mean‖x‖² / d)²), which is not what its name says, as it subtracts the square of a mean square. */
    EXPLAINED_VARIANCE_SAELENS_EVALS("explained_variance.saelens_evals", "1 - mean |e|^2 / (mean |x|^2 - (mean |x|^2 / d)^2)", "SAELens 6.18, evals.py"),
    /** mean_j (1 − Var(e_j) / (Var(x_j) + 1e-8)). */
    EXPLAINED_VARIANCE_SDXL_UNBOX("explained_variance.sdxl_unbox", "mean_j (1 - var(e_j) / (var(x_j) + 1e-8))", "sdxl-unbox, scripts/train_sae.py"),
    /** Σ‖e‖² / Σ‖x − m‖². */
    FVU_SPARSIFY("fvu.sparsify", "sum |e|^2 / sum |x - m|^2", "sparsify, sparse_coder.py; also normalized_mse of openai/sparse_autoencoder, train.py"),
    /** mean(‖e‖² / ‖x‖²). */
    NORMALIZED_MSE_OPENAI("normalized_mse.openai", "mean (|e|^2 / |x|^2)", "openai/sparse_autoencoder, loss.py"),
    /** mean of e². */
    MSE("mse", "mean |e|^2 / d", "sdxl-unbox, scripts/train_sae.py"),
    /** mean‖e‖. */
    L2_LOSS("l2_loss", "mean |e|", "dictionary_learning, evaluation.py"),
    /** mean cosine between x and x̂. */
    COSSIM("cossim", "mean cos(x, y)", "dictionary_learning, evaluation.py"),
    /** mean(‖x̂‖ / ‖x‖); sdxl-unbox calls it l2_div. */
    L2_RATIO("l2_ratio", "mean (|y| / |x|)", "dictionary_learning, evaluation.py"),
    /** mean‖x̂‖² / mean(x·x̂): below 1 where reconstructions are too short. */
    RELATIVE_RECONSTRUCTION_BIAS("relative_reconstruction_bias", "mean |y|^2 / mean (x . y)", "Rajamanoharan et al. 2024, equation 10"),
    /** Active latents of a sample. */
    L0("l0", "mean |{i: z_i != 0}|", "dictionary_learning, evaluation.py"),
    /** mean Σ|z|. */
    L1("l1_loss", "mean sum_i |z_i|", "dictionary_learning, evaluation.py"),
    /** mean(Σ|z| / ‖x‖). */
    NORMALIZED_L1_OPENAI("normalized_l1.openai", "mean (sum_i |z_i| / |x|)", "openai/sparse_autoencoder, loss.py");

    /** Added to a channel's variance by sdxl-unbox, scripts/train_sae.py. */
    static final double SDXL_UNBOX_EPSILON = 1e-8;

    private final String id;
    private final String formula;
    private final String source;

    Metric(String id, String formula, String source) {
        this.id = id;
        this.formula = formula;
        this.source = source;
    }

    /** Its name in tables and files. */
    public String id() {
        return id;
    }

    /** What it computes; y is the reconstruction. */
    public String formula() {
        return formula;
    }

    /** Whose formula it is, and where it stands. */
    public String source() {
        return source;
    }
}
