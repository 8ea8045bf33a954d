package org.refract.cli;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Map;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;

/**
 * The architecture of an extension: nobody but itself knows its name.
 *
 * @param real what computes
 */
record Strange(SaeVariant real) implements SaeVariant {
    static final String ID = "test-strange";

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String description() {
        return "a stranger's";
    }

    @Override
    public List<Hyperparameter> hyperparameters() {
        return real.hyperparameters();
    }

    @Override
    public Sae create(SaeConfig config, NDArray inputs, NDArray targets, long seed, Placement placement) throws RefractException {
        return real.create(config, inputs, targets, seed, placement);
    }

    @Override
    public Sae restore(SaeConfig config, Map<String, NDArray> tensors, Placement placement) throws RefractException {
        return real.restore(config, tensors, placement);
    }

    @Override
    public SaeTrainer trainer(Sae sae, NDArray inputs, NDArray targets, int batch) throws RefractException {
        return real.trainer(sae, inputs, targets, batch);
    }
}
