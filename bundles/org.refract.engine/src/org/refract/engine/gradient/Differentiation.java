package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.model.Gradients;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Objective;
import org.refract.api.model.Objective.Target;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;

/**
 * Gradients of runs whose tensors are made by kernels, by values at hook points and by parameters. Memory holds what goes into each kernel
 * between leaves and objective, and of a {@link Recomputation} its inputs alone, so what lies behind one costs little.
 */
public final class Differentiation {

    private Differentiation() {
    }

    /** As {@link #of(Run, List, Objective, List, NDManager)}, without hooks of the caller's. */
    public static Derivatives of(Run run, List<Leaf> leaves, Objective objective, NDManager owner) throws RefractException {
        return of(run, leaves, objective, List.of(), owner);
    }

    /**
     * Runs once and differentiates.
     *
     * @param leaves by what; the same parameter may not be there twice
     * @param hooks  the caller's own, whose changes are differentiated too; a value is watched after all of them
     * @param owner  owns the result
     * @throws RefractException if a leaf holds no real numbers or its hook point is not passed in the wanted steps, or the objective's target
     *                          is not met
     */
    public static Derivatives of(Run run, List<Leaf> leaves, Objective objective, List<? extends Hook> hooks, NDManager owner)
            throws RefractException {
        List<Leaf.Value> values = new ArrayList<>();
        List<Slot> parameters = new ArrayList<>();
        try (Tape tape = new Tape(owner)) {
            for (Leaf leaf : leaves) {
                switch (leaf) {
                    case Leaf.Value value -> values.add(value);
                    case Leaf.Parameter(NDArray tensor) -> {
                        require(DTypes.of(tensor).isFloating(), "a parameter holds whole numbers.");
                        parameters.add(tape.parameter(tensor));
                    }
                }
            }
            List<Hook> all = TapeHook.of(tape, hooks, values, objective);
            return KernelLibrary.recorded(tape, () -> {
                Map<String, NDArray> outputs = run.run(all, tape.results());
                switch (objective.target()) {
                    case Target.Output(String name) -> {
                        require(outputs.containsKey(name), "the run has no output '%s', but %s.", name, String.join(", ", outputs.keySet()));
                        tape.seed(outputs.get(name), objective.function());
                    }
                    case Target.At at -> require(!tape.objective().isEmpty(), "step %d never passes %s, so there is no objective.", at.step(), at.point());
                }
                outputs.values().forEach(NDArray::close);
                tape.back();
                return result(tape, values, parameters, owner);
            });
        }
    }

    private static Derivatives result(Tape tape, List<Leaf.Value> values, List<Slot> parameters, NDManager owner) throws RefractException {
        List<HookPoint> points = values.stream().map(Leaf.Value::point).toList();
        for (HookPoint point : points) {
            require(!tape.refused().contains(point), "%s holds whole numbers, which have no gradient; choose its output.", point);
            require(tape.watched().stream().anyMatch(w -> w.point().equals(point)), "the wanted steps never pass %s.", point);
        }
        Comparator<Tape.Watched> order = Comparator.comparingInt((Tape.Watched w) -> w.pass().step()).thenComparingInt(w -> points.indexOf(w.point()));
        List<Gradients.Gradient> watched = tape.watched().stream().sorted(order)
                .map(w -> new Gradients.Gradient(w.point(), w.pass(), kept(w.value(), owner), kept(w.slot().gradient(), owner))).toList();
        return new Derivatives(tape.objective().stream().map(number -> kept(number, owner)).toList(), watched,
                parameters.stream().map(slot -> kept(slot.gradient(), owner)).toList());
    }

    private static NDArray kept(NDArray tensor, NDManager owner) {
        tensor.attach(owner);
        return tensor;
    }

    private static void require(boolean holds, String sentence, Object... values) throws RefractException {
        if (!holds) {
            throw RefractException.usage("A gradient cannot be had: " + sentence, values);
        }
    }
}
