package org.refract.engine.gradient;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Objective;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** Gradients of small networks of kernels, in float64, against central differences. */
class DifferentiationTest {

    private static final KernelLibrary KERNELS = KernelLibrary.of(DifferentiationTest.class, "small.ts.py");

    private static final HookPoint FIRST = new HookPoint("first", Site.OUTPUT);
    private static final HookPoint SECOND = new HookPoint("second", Site.OUTPUT);
    private static final HookPoint IDS = new HookPoint("ids", Site.OUTPUT);
    private static final int D = 3;
    private static final int SAMPLES = 2;
    private static final double STEP = 1e-5;
    private static final double CLOSE = 1e-7;

    /** What a step of the network does. */
    private enum Inside { PLAIN, RECOMPUTED, RECOMPUTED_TWICE }

    /** Two steps of {@code h = gate(layer(layer(h)))}: its weights are shared by steps, {@code w} by both layers. */
    private static final class Network {

        private final Map<String, NDArray> weights = new LinkedHashMap<>();
        private final NDArray x;
        private final Inside inside;
        private int computed;

        Network(Scope scope, Inside inside) {
            Random random = new Random(4);
            this.inside = inside;
            x = random(scope, random, SAMPLES, D);
            weights.put("w", random(scope, random, D, D));
            weights.put("b", random(scope, random, D));
            weights.put("g", random(scope, random, D, D));
            weights.put("unused", random(scope, random, D));
        }

        private static NDArray random(Scope scope, Random random, long... shape) {
            return Tensors.of(scope.manager(), random.doubles(Arrays.stream(shape).reduce(1, (a, b) -> a * b), -1, 1).toArray(), shape);
        }

        Map<String, NDArray> run(List<Hook> hooks, NDManager out) {
            NDArray h = KERNELS.call(out, "moved", x, 0, 0.);
            for (int step = 0; step < 2; step++) {
                Pass pass = new Pass(step, 2, 0, SAMPLES, false);
                h = switch (inside) {
                    case PLAIN -> step(pass, hooks, out, h);
                    case RECOMPUTED -> Recomputation.of(out, List.of(h), (owner, inputs) -> step(pass, hooks, owner, inputs.get(0)));
                    case RECOMPUTED_TWICE -> Recomputation.of(out, List.of(h), (outer, inputs) -> Recomputation.of(outer, inputs,
                            (owner, again) -> step(pass, hooks, owner, again.get(0))));
                };
            }
            return Map.of("h", h, "both", KERNELS.call(out, "joined", List.of(h, h)));
        }

        private NDArray step(Pass pass, List<Hook> hooks, NDManager out, NDArray h) {
            computed++;
            NDArray ids = passed(IDS, pass, hooks, KERNELS.call(out, "ids", h));
            ids.close();
            NDArray first = passed(FIRST, pass, hooks, KERNELS.call(out, "layer", h, weights.get("w"), weights.get("b")));
            NDArray second = passed(SECOND, pass, hooks, KERNELS.call(out, "layer", first, weights.get("w"), weights.get("b")));
            return KERNELS.callList(out, "gate", second, weights.get("g")).get(0);
        }

        private static NDArray passed(HookPoint point, Pass pass, List<Hook> hooks, NDArray value) {
            NDArray passed = value;
            for (Hook hook : hooks) {
                passed = hook.point().equals(point) ? hook.apply(pass, passed) : passed;
            }
            return passed;
        }
    }

    /** A hook made of a function. */
    private record Changing(HookPoint point, int step, UnaryOperator<NDArray> change) implements Hook {
        @Override
        public NDArray apply(Pass pass, NDArray value) {
            return pass.step() == step ? change.apply(value) : value;
        }
    }

    private static final Objective ENERGY = Objective.of("both", y -> KERNELS.call(y.getManager(), "energy", y));

    private static double energy(Network network, List<Hook> hooks, Scope scope) {
        try (Scope step = scope.child()) {
            return Tensors.scalar(KERNELS.call(step, "energy", network.run(hooks, step.manager()).get("both")));
        }
    }

    /** Central differences by each number of a parameter. */
    private static double[] slopes(Network network, String name, List<Hook> hooks, Scope scope) {
        NDArray own = network.weights.get(name);
        double[] slopes = new double[(int) own.size()];
        for (int i = 0; i < slopes.length; i++) {
            double[] ends = new double[2];
            for (int side = 0; side < 2; side++) {
                network.weights.put(name, KERNELS.call(scope, "moved", own, i, side == 0 ? -STEP : STEP));
                ends[side] = energy(network, hooks, scope);
            }
            slopes[i] = (ends[1] - ends[0]) / (2 * STEP);
        }
        network.weights.put(name, own);
        return slopes;
    }

    @Test
    void gradientsByParametersAreSlopesHoweverDeepTheyAreRead() throws RefractException {
        for (Inside inside : Inside.values()) {
            try (Scope scope = Scope.open(Placement.CPU)) {
                Network network = new Network(scope, inside);
                List<Hook> bending = List.of(new Changing(SECOND, 0, value -> KERNELS.call(value.getManager(), "bent", value)));
                List<String> names = List.copyOf(network.weights.keySet());
                List<Leaf> leaves = names.stream().map(name -> (Leaf) new Leaf.Parameter(network.weights.get(name))).toList();
                try (Derivatives found = Differentiation.of(network::run, leaves, ENERGY, bending, scope.manager())) {
                    assertEquals(energy(network, bending, scope), found.objective(), 1e-12);
                    for (int i = 0; i < names.size(); i++) {
                        assertArrayEquals(slopes(network, names.get(i), bending, scope), Tensors.doubles(found.parameters().get(i)), CLOSE,
                                inside + " " + names.get(i));
                    }
                    assertArrayEquals(new double[D], Tensors.doubles(found.parameters().get(names.indexOf("unused"))));
                }
            }
        }
    }

    @Test
    void gradientsByValuesAreSlopesOfWhatAHookAdds() throws RefractException {
        for (Inside inside : Inside.values()) {
            try (Scope scope = Scope.open(Placement.CPU)) {
                Network network = new Network(scope, inside);
                List<Leaf> leaves = List.of(new Leaf.Value(SECOND), new Leaf.Value(FIRST, step -> step == 1), new Leaf.Parameter(network.weights.get("g")));
                try (Derivatives found = Differentiation.of(network::run, leaves, ENERGY, scope.manager())) {
                    assertEquals(List.of("second:output 0", "second:output 1", "first:output 1"),
                            found.values().stream().map(v -> v.point() + " " + v.pass().step()).toList());
                    for (var value : found.values()) {
                        double[] slopes = new double[SAMPLES * D];
                        for (int i = 0; i < slopes.length; i++) {
                            int place = i;
                            slopes[i] = (energy(network, List.of(moving(value.point(), value.pass().step(), place, STEP)), scope)
                                    - energy(network, List.of(moving(value.point(), value.pass().step(), place, -STEP)), scope)) / (2 * STEP);
                        }
                        assertArrayEquals(slopes, Tensors.doubles(value.gradient()), CLOSE, inside + " " + value.point());
                    }
                    assertArrayEquals(slopes(network, "g", List.of(), scope), Tensors.doubles(found.parameters().getFirst()), CLOSE);
                }
            }
        }
    }

    private static Hook moving(HookPoint point, int step, int place, double by) {
        return new Changing(point, step, value -> KERNELS.call(value.getManager(), "moved", value, place, by));
    }

    @Test
    void anObjectiveAtAHookPointIsDifferentiatedToo() throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (Inside inside : Inside.values()) {
                Network network = new Network(scope, inside);
                NDArray b = network.weights.get("b");
                Objective at = Objective.at(FIRST, 1, y -> KERNELS.call(y.getManager(), "energy", y));
                try (Derivatives found = Differentiation.of(network::run, List.of(new Leaf.Parameter(b)), at, scope.manager())) {
                    double[] slopes = new double[D];
                    for (int i = 0; i < D; i++) {
                        double[] ends = new double[2];
                        for (int side = 0; side < 2; side++) {
                            network.weights.put("b", KERNELS.call(scope, "moved", b, i, side == 0 ? -STEP : STEP));
                            ends[side] = Differentiation.of(network::run, List.of(), at, scope.manager()).objective();
                        }
                        slopes[i] = (ends[1] - ends[0]) / (2 * STEP);
                    }
                    assertArrayEquals(slopes, Tensors.doubles(found.parameters().getFirst()), CLOSE, inside.toString());
                }
            }
        }
    }

    @Test
    void whatIsRecomputedIsComputedOnceMoreAndNotKept() throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (Inside inside : Inside.values()) {
                Network network = new Network(scope, inside);
                int before = scope.liveTensors();
                Differentiation.of(network::run, List.of(new Leaf.Parameter(network.weights.get("w"))), ENERGY, scope.manager()).close();
                assertEquals(inside == Inside.PLAIN ? 2 : inside == Inside.RECOMPUTED ? 4 : 6, network.computed);
                assertEquals(before, scope.liveTensors(), "tensors are left over");
            }
        }
    }

    @Test
    void whatCannotBeHadIsSaid() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Network network = new Network(scope, Inside.PLAIN);
            assertTrue(refusal(() -> Differentiation.of(network::run, List.of(), Objective.of("loss"), scope.manager())).contains("no output 'loss'"));
            assertTrue(refusal(() -> Differentiation.of(network::run, List.of(new Leaf.Value(IDS)), ENERGY, scope.manager())).contains("whole numbers"));
            assertTrue(refusal(() -> Differentiation.of(network::run, List.of(new Leaf.Parameter(KERNELS.call(scope, "ids", network.x))), ENERGY,
                    scope.manager())).contains("whole numbers"));
            assertTrue(refusal(() -> Differentiation.of(network::run, List.of(new Leaf.Value(FIRST, step -> step > 5)), ENERGY, scope.manager()))
                    .contains("never pass first:output"));
        }
    }

    private static String refusal(org.junit.jupiter.api.function.Executable work) {
        return assertThrows(RefractException.class, work).getMessage();
    }
}
