package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam on a {@link DenseSae} by the gradients of an {@link Objective}. Order of a step: loss and gradients, the decoder's gradient projected off
 * its rows, numbers clipped, all gradients clipped together, Adam, decoder rows made unit vectors.
 */
public final class DenseTrainer extends AdamTrainer {

    private final DenseSae sae;
    private final Objective objective;
    private final int decoder;

    private NDArray terms;
    private NDArray statistics;
    private NDArray norm;

    /** @param settings as in {@link TrainingSettings} */
    public DenseTrainer(DenseSae sae, Objective objective, TrainingSettings settings) {
        super(sae, sae.scope(), settings, sae.scope().manager().zeros(new Shape(sae.config().latents()), DataType.INT64), 1);
        this.sae = sae;
        this.objective = objective;
        for (String name : objective.parameters()) {
            NDArray parameter = objective.parameter(sae, name, scope);
            optimise(name, parameter, parameter);
            if (parameter != sae.tensors().get(name)) {
                keep(name, parameter);
            }
        }
        objective.state(scope).forEach(this::keep);
        this.decoder = settings.constraint() == TrainingSettings.Constraint.NONE ? -1 : objective.parameters().indexOf("W_dec");
        this.terms = scope.manager().zeros(new Shape(objective.terms().size()), DataType.FLOAT64);
        this.statistics = scope.manager().zeros(new Shape(2), DataType.FLOAT64);
        this.norm = scope.manager().zeros(new Shape(1), DataType.FLOAT64);
    }
