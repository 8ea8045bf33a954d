package org.refract.api.analysis;

import ai.djl.ndarray.NDManager;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Model;

/** Extension point: how much each latent matters for a target (activation × gradient, integrated gradients, exact ablation). */
public interface Attribution {

    /** A short lower-case name, {@code gradsae}. */
    String id();

    /** The formula in one line, and the paper it comes from. */
    String description();

    /**
     * @param model      the model under study
     * @param dictionary the dictionary whose latents are scored
     * @param prompt     what the model is run on
     * @param target     what is measured, in the model family's own notation (a token, a logit difference, an image region)
     * @param owner      owns temporary tensors
     * @return one score per latent
     */
    double[] attribute(Model model, Dictionary dictionary, String prompt, String target, Monitor monitor, NDManager owner)
            throws RefractException;
}
