package org.refract.nn.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.json.Json;
import org.refract.api.model.Placement;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.nn.Forward;

/** Layers against what torch and transformers compute. */
class LayersTest {

    private static final float NEAR = 2e-6f;
    private static final KernelLibrary DERIVATIVES = KernelLibrary.of(LayersTest.class, "derivatives.ts.py", Forward.LAYERS);

    @Test
    void normsAreThoseOfTorchLlamaAndGemma() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = Bricks.golden("norms")) {
            double eps = Bricks.settings(golden).at("eps").number();
            NDArray x = golden.read("x", scope);
            int width = (int) golden.info("weight").shape().get(0);
            Forward run = Bricks.run(scope);
            RmsNorm plain = Bricks.fill(new RmsNorm("n", width, new RmsNorm.Form(eps, false)), golden, scope);
            Bricks.assertNear(golden.floats("rms"), plain.forward(run, x), NEAR);
            RmsNorm onePlus = Bricks.fill(new RmsNorm("n", width, new RmsNorm.Form(eps, true)), golden, scope);
            Bricks.assertNear(golden.floats("rms_one_plus"), onePlus.forward(run, x), 1e-5f);
            Bricks.assertNear(golden.floats("layer"), Bricks.fill(new LayerNorm("n", width, eps), golden, scope).forward(run, x), NEAR);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "partial", "llama3", "interleaved"})
    void rotaryEmbeddingsTurnAsTransformersDoes(String form) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors input = Bricks.golden("rotary_input");
                SafeTensors golden = Bricks.golden("rotary_" + form)) {
            Json settings = Bricks.settings(golden);
            Rotary rotary = new Rotary(settings.at("width").integer(2, 64), settings.at("theta").number(),
                    settings.at("interleaved").flag(), scaling(settings));
            Forward run = Bricks.run(scope);
            NDArray angles = rotary.angles(run, input.read("positions", scope));
            NDArray turned = rotary.rotate(run, input.read("x", scope), angles, Bricks.settings(input).at("heads").integer(1, 64));
            // an angle of thousands of radians in float32 is known to a thousandth
            Bricks.assertNear(golden.floats("y"), turned, 3e-3f);
        }
    }

    private static Optional<Rotary.Llama3Scaling> scaling(Json settings) throws Exception {
        if (!settings.has("scaling")) {
            return Optional.empty();
        }
        Json scaling = settings.at("scaling");
        return Optional.of(new Rotary.Llama3Scaling(scaling.at("factor").number(), scaling.at("low_freq_factor").number(),
                scaling.at("high_freq_factor").number(), scaling.at("original_max_position_embeddings").number()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"causal", "scaled", "sliding", "capped", "capped_sliding"})
    void groupedAttentionIsTheFormulaWhereTokensAreReal(String name) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = Bricks.golden("attention")) {
            Json settings = Bricks.settings(golden);
            Json form = settings.at("cases").at(name);
            AttentionHeads heads = AttentionHeads.grouped(settings.at("heads").integer(1, 64), settings.at("key_heads").integer(1, 64),
                    settings.at("head_width").integer(1, 64)).withScores(form.at("scale").number(), form.at("softcap").number());
            Forward run = Bricks.run(scope);
            Span span = new Span(run, golden.read("real", scope), KeyValueCache.none());
            NDArray y = new AttentionProbs("attention", heads).forward(run, golden.read("q", scope), golden.read("k", scope), golden.read("v", scope),
                    span.mask(form.at("window").integer(0, 64)));
            float[] found = Tensors.floats(y);
            long[] real = golden.longs("real");
            int width = found.length / real.length;
            for (int i = 0; i < found.length; i++) {
                found[i] = real[i / width] == 0 ? 0 : found[i];
            }
            assertArrayEquals(golden.floats(name), found, NEAR);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"silu", "gelu_tanh"})
    void gatedNetworksAreThoseOfLlamaAndGemma(String activation) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = Bricks.golden("mlp_" + activation)) {
            int width = (int) golden.info("x").shape().get(2);
            GatedMlp mlp = new GatedMlp("mlp", width, Bricks.settings(golden).at("inner").integer(1, 64), activation, false);
            Bricks.assertNear(golden.floats("y"), Bricks.fill(mlp, golden, scope).forward(Bricks.run(scope), golden.read("x", scope)), 2e-5f);
        }
    }

    @Test
    void plainNetworksAreThoseOfNeoX() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = Bricks.golden("mlp_plain")) {
            int width = (int) golden.info("x").shape().get(2);
            Mlp.Names names = new Mlp.Names("dense_h_to_4h", "act", "dense_4h_to_h");
            Mlp mlp = new Mlp("mlp", names, width, Bricks.settings(golden).at("inner").integer(1, 64), "gelu");
            Bricks.assertNear(golden.floats("y"), Bricks.fill(mlp, golden, scope).forward(Bricks.run(scope), golden.read("x", scope)), 2e-5f);
        }
    }

    @Test
    void aTiedHeadMultipliesWithTheTable() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Embedding table = new Embedding("wte", 3, 2);
            table.parameters().forEach(p -> p.fill(Tensors.of(scope.manager(), new float[] {1, 2, 3, 4, 5, 6}, 3, 2)));
            TiedHead head = new TiedHead("lm_head", table);
            NDArray x = Tensors.of(scope.manager(), new float[] {2, 5}, 1, 1, 2);
            Bricks.assertNear(new float[] {12, 26, 40}, head.forward(Bricks.run(scope), x), 1e-5f);
            assertEquals(0, head.parameters().count());
        }
    }

    /** Beside a central difference along a direction; parts of a norm and of a capped attention are in float32 whatever the element type. */
    @ParameterizedTest
    @CsvSource({"rms_norm_both, 1e-3", "rotate_both, 1e-6", "attend_both, 1e-6", "capped_attend_both, 2e-3"})
    void derivativesAreFiniteDifferences(String kernel, double tolerance) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = Bricks.golden("attention")) {
            NDArray found = DERIVATIVES.callTraining(scope, kernel, golden.read("q", scope), golden.read("k", scope), golden.read("v", scope)).get(0);
            double[] both = Tensors.doubles(found);
            assertTrue(Math.abs(both[0]) > 1);
            assertEquals(both[1], both[0], tolerance * Math.abs(both[1]));
        }
    }

    @Test
    void aNormPerHeadIsTheNormOfEachHeadByItself() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = Bricks.golden("norms")) {
            int width = (int) golden.info("weight").shape().get(0);
            int heads = 3;
            float[] weight = Arrays.copyOf(golden.floats("weight"), width / heads);
            RmsNorm.Form form = new RmsNorm.Form(1e-5, false);
            RmsNorm all = RmsNorm.perHead("q_norm", heads, width / heads, form);
            RmsNorm one = new RmsNorm("one", width / heads, form);
            Stream.of(all, one).flatMap(RmsNorm::parameters).forEach(p -> p.fill(Tensors.of(scope.manager(), weight, weight.length)));
            Forward run = Bricks.run(scope);
            NDArray x = golden.read("x", scope);
            for (int head = 0; head < heads; head++) {
                float[] expected = Tensors.floats(one.forward(run, run.call("part_of_heads", x, 1, head, heads)));
                assertArrayEquals(expected, Tensors.floats(run.call("part_of_heads", all.forward(run, x), 1, head, heads)), NEAR);
            }
        }
    }

    @Test
    void aLayerGivesAnExampleTheSameInAnyBatch() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = Bricks.golden("norms")) {
            Forward run = Bricks.run(scope);
            NDArray x = golden.read("x", scope);
            RmsNorm norm = Bricks.fill(new RmsNorm("n", (int) x.getShape().get(2), new RmsNorm.Form(1e-5, false)), golden, scope);
            float[] together = Tensors.floats(run.call("examples", norm.forward(run, x), 1, 2));
            assertArrayEquals(together, Tensors.floats(norm.forward(run, run.call("examples", x, 1, 2))));
        }
    }
}
