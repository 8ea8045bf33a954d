package org.refract.sae.topk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.StepBlocks;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

class FusedStepTest {

    private static final KernelLibrary PLAIN = KernelLibrary.of(FusedStepTest.class, "plain.ts.py");
    private static final double LR = 0.002;

    private final TopKVariant variant = new TopKVariant();

    /** @param deadAfter steps without firing after which a latent is dead */
    record Shape(int width, int latents, int k, int auxk, int batch, int deadAfter, long seed) {
    }

    static Stream<Shape> shapes() {
        return Stream.of(new Shape(8, 20, 3, 4, 16, 1, 1), new Shape(8, 20, 3, 64, 16, 1, 2), new Shape(24, 100, 1, 7, 33, 2, 3),
                new Shape(5, 7, 7, 3, 64, 1, 4), new Shape(16, 512, 4, 30, 50, 1, 5), new Shape(16, 512, 4, 30, 50, 100, 6),
                new Shape(40, 96, 9, 12, 7, 2, 7), new Shape(3, 1000, 2, 1000, 20, 1, 8),
                new Shape(12, 300, 2, 5, 19, 1, 9), new Shape(6, 4096, 3, 2, 30, 2, 10),
                new Shape(32, 512, 1, 30, 300, 1, 11));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void equalsThePlainFormulaUnderAutograd(Shape s) throws Exception {
        equalsThePlainFormula(s, StepBlocks.of(Placement.CPU, s.batch, s.width, s.latents, 1));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void isTheSameHoweverTheStepIsCut(Shape s) throws Exception {
        equalsThePlainFormula(s, new StepBlocks(s.batch, s.latents, s.batch, s.latents));
        equalsThePlainFormula(s, new StepBlocks(7, s.latents, 3, 5));
        equalsThePlainFormula(s, new StepBlocks(5, Math.max(s.k, s.latents / 3), 2, 5));
    }

    private void equalsThePlainFormula(Shape s, StepBlocks blocks) throws Exception {
        Settings settings = Settings.of(variant.hyperparameters(), Map.of("k", "" + s.k, "auxk", "" + s.auxk, "lr", "" + LR, "dead_tokens",
                "" + (long) s.deadAfter * s.batch));
        TorchRandom random = new TorchRandom(s.seed);
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), random.randn(10 * s.batch * s.width), 10L * s.batch, s.width);
            try (Sae sae = variant.create(new SaeConfig("topk", s.width, s.width, s.latents, settings), samples, s.seed, Placement.CPU);
                    SaeTrainer trainer = TopKVariant.trainer((TopKSae) sae, samples, s.batch, blocks)) {
                double scale = Tensors.scalar(trainer.state().get("mse_scale"));
                NDList p = new NDList();
                NDList m = new NDList();
                NDList v = new NDList();
                for (NDArray w : List.of(sae.tensors().get("encoder.weight"), sae.decoder(), sae.tensors().get("pre_bias"),
                        sae.tensors().get("latent_bias"))) {
                    p.add(scope.adopt(w.duplicate()));
                    m.add(Tensors.zeros(scope.manager(), w.getShape().getShape()));
                    v.add(Tensors.zeros(scope.manager(), w.getShape().getShape()));
                }
                NDArray last = scope.adopt(sae.tensors().get("stats_last_nonzero").duplicate());
                for (int t = 1; t <= 6; t++) {
                    NDArray x = Tensors.of(scope.manager(), random.randn(s.batch * s.width), s.batch, s.width);
                    trainer.step(x);
                    NDList plain = PLAIN.callTraining(scope, "step", x, p, m, v, last, s.k, s.auxk, 0.03125, scale, LR, 0.9, 0.999, 6.25e-10, t,
                            s.deadAfter);
                    p = plain.subNDList(0, 4);
                    m = plain.subNDList(4, 8);
                    v = plain.subNDList(8, 12);
                    last = plain.get(12);
                    Map<String, Double> metrics = trainer.metrics();
                    assertEquals(1, metrics.get("recons") / Tensors.scalar(plain.get(13)), 2e-5, "recons " + t);
                    assertEquals(1, metrics.get("auxk") / Tensors.scalar(plain.get(14)), 2e-5, "auxk " + t);
                    assertArrayEquals(Tensors.longs(last), Tensors.longs(sae.tensors().get("stats_last_nonzero")), "last_nonzero " + t);
                    assertArrayEquals(Tensors.floats(p.get(0)), Tensors.floats(sae.tensors().get("encoder.weight")), 1e-4f, "encoder " + t);
                    assertArrayEquals(Tensors.floats(p.get(1)), Tensors.floats(sae.decoder()), 1e-4f, "decoder " + t);
                    assertArrayEquals(Tensors.floats(p.get(2)), Tensors.floats(sae.tensors().get("pre_bias")), 1e-4f, "pre_bias " + t);
                    assertArrayEquals(Tensors.floats(p.get(3)), Tensors.floats(sae.tensors().get("latent_bias")), 1e-4f, "latent_bias " + t);
                }
            }
        }
    }

    @Test
    void aLongTrainingKeepsAsManyTensorsAsItBeganWith() throws Exception {
        Settings settings = Settings.of(variant.hyperparameters(), Map.of("k", "4", "dead_tokens", "64"));
        TorchRandom random = new TorchRandom(1);
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), random.randn(32 * 16), 32, 16);
            try (TopKSae sae = (TopKSae) variant.create(new SaeConfig("topk", 16, 16, 64, settings), x, 0, Placement.CPU);
                    SaeTrainer trainer = variant.trainer(sae, x, 32)) {
                trainer.step(x);
                int tensors = sae.scope().liveTensors();
                int held = scope.liveTensors();
                for (int i = 0; i < 200; i++) {
                    trainer.step(x);
                    if (i % 20 == 0) {
                        trainer.metrics();
                        trainer.state();
                        try (SparseCodes codes = sae.encode(x); NDArray xhat = sae.decode(codes)) {
                            assertEquals(4, codes.slots());
                        }
                    }
                    assertEquals(tensors, sae.scope().liveTensors(), "tensors after step " + i);
                    assertEquals(held, scope.liveTensors());
                }
            }
        }
    }

    /** A step that kept one matrix of its size would add 400 MiB in 200 steps. */
    @Test
    void aLongTrainingNeedsNoMoreMemoryThanAShortOne() throws Exception {
        Settings settings = Settings.of(variant.hyperparameters(), Map.of("k", "8", "auxk", "16", "dead_tokens", "1024"));
        TorchRandom random = new TorchRandom(1);
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), random.randn(512 * 64), 512, 64);
            try (Sae sae = variant.create(new SaeConfig("topk", 64, 64, 1024, settings), x, 0, Placement.CPU);
                    SaeTrainer trainer = variant.trainer(sae, x, 512)) {
                for (int i = 0; i < 50; i++) {
                    trainer.step(x);
                }
                long before = resident();
                for (int i = 0; i < 200; i++) {
                    trainer.step(x);
                }
                assertTrue(resident() - before < 100_000, "resident memory grew from " + before + " KiB to " + resident() + " KiB");
            }
        }
    }

    /** KiB of this process in memory, as Linux tells it; 0 elsewhere. */
    private static long resident() throws Exception {
        Path status = Path.of("/proc/self/status");
        return !Files.exists(status) ? 0 : Files.readAllLines(status).stream().filter(l -> l.startsWith("VmRSS"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).sum();
    }
}
