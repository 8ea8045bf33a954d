package org.refract.api.analysis;

import java.util.List;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.job.Monitor;
import org.refract.api.model.Model;

/** Extension point: from a model and its dictionaries to findings. Runs on the model's device thread. */
public interface Analysis {

    /** A short lower-case name, {@code blocks}. */
    String id();

    /** What it finds out, in one line. */
    String description();

    /** Its settings. */
    List<Hyperparameter> hyperparameters();

    /**
     * @param model        the model under study
     * @param dictionaries one per hook point, in the order of the forward pass
     * @param captions     prompts or texts that may be run again
     * @throws RefractException if the model or the dictionaries are not of the kind it needs
     */
    List<Finding> run(Model model, List<Dictionary> dictionaries, List<String> captions, Settings settings, Monitor monitor)
            throws RefractException;
}
