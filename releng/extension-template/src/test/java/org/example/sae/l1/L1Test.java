package org.example.sae.l1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** Runs inside Felix, in the bundle that it tests. */
class L1Test {

    private static final int WIDTH = 6;
    private static final int LATENTS = 12;

    private final L1Variant variant = new L1Variant();

    @Test
    void isASaeVariantOfTheRunningRefract() throws Exception {
        BundleContext context = FrameworkUtil.getBundle(L1Variant.class).getBundleContext();
        assertTrue(context.getServiceReferences(SaeVariant.class, null).stream().map(context::getService)
                .anyMatch(service -> service.id().equals("example-l1")));
    }

    @Test
    void itsGradientsAreTheFormulasSlopes() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); Sae sae = sae(scope, 5)) {
            NDArray x = samples(scope, 8, 3);
            NDList found = gradients(scope, x, sae.tensors());
            for (int w = 0; w < L1Sae.WEIGHTS.size(); w++) {
                String name = L1Sae.WEIGHTS.get(w);
                float[] slope = Tensors.floats(found.get(2 + w));
                float[] at = Tensors.floats(sae.tensors().get(name));
                for (int i = 0; i < at.length; i += 5) {
                    double numeric = (loss(scope, x, sae, name, i, 1e-2f) - loss(scope, x, sae, name, i, -1e-2f)) / 2e-2;
                    assertEquals(numeric, slope[i], 2e-2 * Math.max(1, Math.abs(numeric)), name + "[" + i + "]");
                }
            }
        }
    }

    @Test
    void trainingLowersTheError() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); Sae sae = sae(scope, 7); SaeTrainer trainer = variant.trainer(sae, samples(scope, 64, 1), 64)) {
            NDArray x = samples(scope, 64, 1);
            trainer.step(x);
            double before = trainer.metrics().get("mse");
            for (int i = 0; i < 200; i++) {
                trainer.step(x);
            }
            assertTrue(trainer.metrics().get("mse") < before / 2, () -> before + " → " + trainer.metrics());
        }
    }

    @Test
    void continuesToTheBitFromItsState() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); Sae sae = sae(scope, 7); SaeTrainer trainer = variant.trainer(sae, samples(scope, 8, 1), 8)) {
            NDArray x = samples(scope, 8, 1);
            trainer.step(x);
            try (Sae again = variant.restore(sae.config(), sae.tensors(), Placement.CPU);
                    SaeTrainer continued = variant.trainer(again, samples(scope, 8, 1), 8)) {
                continued.restore(trainer.state());
                trainer.step(x);
                continued.step(x);
                for (String name : L1Sae.WEIGHTS) {
                    assertArrayEquals(Tensors.floats(sae.tensors().get(name)), Tensors.floats(again.tensors().get(name)), name);
                }
            }
        }
    }

    private Sae sae(Scope scope, long seed) throws Exception {
        Settings settings = Settings.of(variant.hyperparameters(), Map.of("lr", "0.01"));
        return variant.create(new SaeConfig(variant.id(), WIDTH, WIDTH, LATENTS, settings), samples(scope, 32, 9), seed, Placement.CPU);
    }

    private static NDArray samples(Scope scope, int count, long seed) {
        return Tensors.of(scope.manager(), new TorchRandom(seed).randn(count * WIDTH), count, WIDTH);
    }

    private static NDList gradients(Scope scope, NDArray x, Map<String, NDArray> weights) {
        return L1Sae.KERNELS.callList(scope.manager(), "gradients", x, weights.get("W_enc"), weights.get("W_dec"), weights.get("b_enc"),
                weights.get("b_dec"), 0.01);
    }

    private static double loss(Scope scope, NDArray x, Sae sae, String name, int index, float by) {
        try (Scope step = scope.child()) {
            NDArray weight = sae.tensors().get(name);
            float[] values = Tensors.floats(weight);
            values[index] += by;
            Map<String, NDArray> moved = new java.util.HashMap<>(sae.tensors());
            moved.put(name, Tensors.of(step.manager(), values, weight.getShape().getShape()));
            NDList found = gradients(step, x, moved);
            return Tensors.scalar(found.get(0)) + 0.01 * Tensors.scalar(found.get(1));
        }
    }
}
