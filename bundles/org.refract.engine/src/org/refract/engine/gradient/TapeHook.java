package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Objective;
import org.refract.api.model.Pass;
import org.refract.api.model.Site;

/** The hooks by which a tape takes part in a run. */
record TapeHook(HookPoint point, Action action) implements Hook {

    /** What happens at a point. */
    @FunctionalInterface
    interface Action {
        NDArray apply(Pass pass, NDArray value);
    }

    @Override
    public NDArray apply(Pass pass, NDArray value) {
        return action.apply(pass, value);
    }

    /**
     * All hooks of a differentiated run. An update is watched where it has just been added to the input: there it has the gradient of the
     * module's output, and no sum has to be made that an ordinary run does not make.
     */
    static List<Hook> of(Tape tape, List<? extends Hook> hooks, List<Leaf.Value> leaves, Objective objective) {
        List<Hook> first = new ArrayList<>();
        List<Hook> last = new ArrayList<>();
        for (Leaf.Value leaf : leaves) {
            HookPoint point = leaf.point();
            IntPredicate steps = leaf.steps();
            if (point.site() == Site.UPDATE) {
                NDArray[] update = new NDArray[1];
                last.add(new TapeHook(point, (pass, value) -> update[0] = value));
                first.add(new TapeHook(new HookPoint(point.path(), Site.OUTPUT),
                        (pass, value) -> steps.test(pass.step()) ? tape.watch(point, pass, value, update[0]) : value));
            } else {
                last.add(new TapeHook(point, (pass, value) -> steps.test(pass.step()) ? tape.watch(point, pass, value, value) : value));
            }
        }
        List<Hook> all = new ArrayList<>(first);
        hooks.forEach(hook -> all.add(new TapeHook(hook.point(), (pass, value) -> tape.change(hook, pass, value))));
        all.addAll(last);
        if (objective.target() instanceof Objective.Target.At at) {
            all.add(new TapeHook(at.point(), (pass, value) -> {
                if (pass.step() == at.step()) {
                    tape.seed(value, objective.function());
                }
                return value;
            }));
        }
        return all;
    }
}
