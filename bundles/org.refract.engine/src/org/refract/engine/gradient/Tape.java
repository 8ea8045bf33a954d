package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.kernel.KernelRecorder;
import org.refract.engine.tensor.DTypes;

/**
 * Reverse-mode differentiation over kernel calls. While a run is recorded, every kernel call that reads a watched value, or something made of
 * one or of a parameter, is noted with its arguments; {@link #back} then goes through the calls in reverse. What is not made by kernels counts
 * as constant.
 */
final class Tape implements KernelRecorder, AutoCloseable {

    /** What is done with kernel calls at the moment. */
    private enum Mode {
        /** They are noted. */
        RECORD,
        /** They belong to a part that will be computed again. */
        PASS,
        /** PyTorch notes them itself. */
        NATIVE,
        /** They belong to the tape. */
        REST
    }

    /** A value whose gradient is wanted. */
    record Watched(HookPoint point, Pass pass, NDArray value, Slot slot) {
    }

    private final NDManager results;
    private final List<Watched> watched = new ArrayList<>();
    private final List<HookPoint> refused = new ArrayList<>();
    private final Map<NDArray, Slot> parameters = new IdentityHashMap<>();
    private final List<NDArray> objective = new ArrayList<>();
    private Frame frame;
    private boolean replaying;
    private boolean met;
    private boolean asked;
    private Mode mode = Mode.RECORD;

    /** @param owner owns everything that the tape holds */
    Tape(NDManager owner) {
        results = owner.newSubManager();
        frame = new Frame(results, parameters);
    }

    /** Makes a tensor, by this object, something to differentiate by wherever a kernel reads it. */
    Slot parameter(NDArray tensor) {
        Slot slot = new Slot(results, true, true);
        slot.hold(tensor);
        parameters.put(tensor, slot);
        return slot;
    }

    /** Owns watched values, their gradients, and what the run returns. */
    NDManager results() {
        return results;
    }

    /** The numbers of one element whose sum is the objective; none if its target was not met. */
    List<NDArray> objective() {
        return objective;
    }

    /** Watched points where no numbers pass that could be differentiated by. */
    List<HookPoint> refused() {
        return refused;
    }

    /** What was watched, in any order. */
    List<Watched> watched() {
        return watched;
    }

    /** Whether the model is computing, as opposed to a hook, an objective or the tape. */
    boolean isAtWork() {
        return mode == Mode.RECORD || mode == Mode.PASS;
    }

    @Override
    public boolean autograd() {
        return mode == Mode.NATIVE;
    }

    @Override
    public void called(KernelLibrary library, String function, Object[] arguments, NDList made) {
        if (mode == Mode.PASS) {
            asked |= !parameters.isEmpty() && tracksAny(arguments);
        }
        if (mode != Mode.RECORD || !tracksAny(arguments)) {
            return;
        }
        Object[] kept = new Object[arguments.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = frame.read(arguments[i]);
        }
        frame.add(new KernelCall(frame.manager(), library, function, kept, made.stream().map(frame::made).toList()));
    }

    private boolean tracksAny(Object[] arguments) {
        for (Object argument : arguments) {
            if (frame.tracks(argument)) {
                return true;
            }
        }
        return false;
    }

    /** Computes a part, noting its inputs alone. */
    NDArray part(NDManager owner, List<NDArray> inputs, Recomputation.Part part) {
        if (mode != Mode.RECORD) {
            return part.compute(owner, inputs);
        }
        boolean metBefore = met;
        met = false;
        asked = false;
        NDArray result = in(Mode.PASS, () -> part.compute(owner, inputs));
        boolean inside = met;
        met |= metBefore;
        if (inside || asked || frame.tracks(inputs)) {
            List<Slot> kept = inputs.stream().map(frame::read).toList();
            frame.add(new RecomputedPart(this, part, kept, frame.made(result), inside));
        }
        return result;
    }

    /** Computes a part again, noting everything, and carries gradients through it. */
    void again(RecomputedPart part) {
        Frame outer = frame;
        boolean replayingBefore = replaying;
        try (Frame inner = new Frame(results, parameters)) {
            List<NDArray> inputs = part.inputs().stream().map(Slot::held).toList();
            for (int i = 0; i < inputs.size(); i++) {
                inner.put(inputs.get(i), part.inputs().get(i));
            }
            frame = inner;
            replaying = true;
            NDArray result = in(Mode.RECORD, () -> part.part().compute(inner.manager(), inputs));
            if (part.output().hasGradient()) {
                inner.find(result).ifPresent(slot -> slot.add(part.output().gradient()));
            }
            inner.back();
        } finally {
            frame = outer;
            replaying = replayingBefore;
        }
    }

    /**
     * Watches a value.
     *
     * @param shown what is reported as the value
     * @return the value under the name under which it must go on
     */
    NDArray watch(HookPoint point, Pass pass, NDArray value, NDArray shown) {
        if (!in(Mode.REST, () -> DTypes.of(value).isFloating())) {
            refused.add(point);
            return value;
        }
        NDArray goingOn = Calculus.same(value.getManager(), value);
        met = true;
        if (mode == Mode.RECORD) {
            Slot slot = new Slot(results, true, true);
            slot.hold(value);
            frame.put(goingOn, slot);
            frame.find(value).filter(Slot::isTracked).ifPresent(from -> frame.add(new Renaming(from, slot)));
            watched.add(new Watched(point, pass, Calculus.same(results, shown), slot));
        }
        return goingOn;
    }

    /** Adds to the objective a number made of a value, and its derivative to the value's gradient. */
    void seed(NDArray value, UnaryOperator<NDArray> function) {
        met = true;
        try (NDManager step = results.newSubManager()) {
            NDArray leaf = Calculus.leaf(step, value);
            NDArray number = natively(() -> function.apply(leaf));
            if (number.getShape().size() != 1) {
                throw new IllegalArgumentException("an objective is one number, not a tensor of shape " + number.getShape());
            }
            if (!replaying) {
                objective.add(Calculus.same(results, number));
            }
            if (mode == Mode.RECORD) {
                frame.find(value).filter(Slot::isTracked)
                        .ifPresent(slot -> Calculus.gradient(step, number, leaf).forEach(slot::add));
            }
            if (number != leaf) {
                number.close();
            }
        }
    }

    /** Lets a hook change a value. */
    NDArray change(Hook hook, Pass pass, NDArray value) {
        Slot from = mode == Mode.RECORD ? frame.find(value).filter(Slot::isTracked).orElse(null) : null;
        if (from == null) {
            return in(Mode.REST, () -> hook.apply(pass, value));
        }
        NDArray leaf = Calculus.leaf(frame.manager(), value);
        NDArray changed = natively(() -> hook.apply(pass, leaf));
        if (changed == leaf) {
            leaf.close();
            return value;
        }
        NDArray goingOn = Calculus.same(value.getManager(), changed);
        if (Calculus.hasGraph(changed)) {
            frame.add(new HookChange(frame.manager(), from, leaf, Calculus.withGraph(frame.manager(), changed), frame.made(goingOn)));
        }
        return goingOn;
    }

    /** Carries gradients from the objective back to what is watched. */
    void back() {
        mode = Mode.REST;
        frame.back();
    }

    private NDArray natively(Supplier<NDArray> work) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
        try {
            return in(Mode.NATIVE, work);
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    private <T> T in(Mode during, Supplier<T> work) {
        Mode before = mode;
        mode = during;
        try {
            return work.get();
        } finally {
            mode = before;
        }
    }

    @Override
    public void close() {
        results.close();
    }
}
