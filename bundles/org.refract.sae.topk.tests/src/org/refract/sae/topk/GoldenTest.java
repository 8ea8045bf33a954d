package org.refract.sae.topk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.TensorInfo;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.tck.TrainingGolden;

/** Compares with sdxl-unbox's own training and encoding. */
class GoldenTest {

    private static final double TOLERANCE = 1e-4;
    private static final List<String> WEIGHTS = List.of("encoder.weight", "decoder.weight", "pre_bias", "latent_bias");

    private final TopKVariant variant = new TopKVariant();

    @Test
    void trainsTwentyStepsAsSdxlUnbox() throws Exception {
        Path recorded = new Locations().reference("sae_training").resolve("sdxl_unbox_topk_auxk.safetensors");
        try (SafeTensors golden = SafeTensors.open(recorded); TrainingGolden training = TrainingGolden.open(recorded);
                Scope scope = Scope.open(Placement.CPU)) {
            NDArray batches = golden.read("batches", scope.manager());
            int steps = (int) batches.getShape().get(0);
            int batch = (int) batches.getShape().get(1);
            int width = (int) batches.getShape().get(2);
            Settings settings = Settings.of(variant.hyperparameters(),
                    training.said().settings(Map.of(), "k", "auxk", "auxk_coef", "lr", "dead_tokens=dead_steps_threshold*batch"));
            Map<String, NDArray> init = named(golden, "init.", scope.manager());
            int latents = (int) init.get("encoder.weight").getShape().get(0);
            NDArray samples = batches.reshape(-1, width);
            try (Sae sae = variant.restore(new SaeConfig("topk", width, width, latents, settings), init, Placement.CPU);
                    SaeTrainer trainer = variant.trainer(sae, samples, batch)) {
                assertEquals(golden.floats("mse_scale")[0], Tensors.scalar(trainer.state().get("mse_scale")), 1e-5);
                for (int i = 0; i < steps; i++) {
                    trainer.step(batches.get(i));
                    Map<String, Double> metrics = trainer.metrics();
                    for (String term : List.of("recons", "auxk", "total")) {
                        assertEquals(golden.floats("loss." + term)[i], metrics.get(term), TOLERANCE, term + " of step " + i);
                    }
                    assertEquals(golden.floats("loss.n_dead")[i], metrics.get("dead"));
                    if (i == 0) {
                        firstGradientsAre(golden, trainer.state());
                        weightsAre(golden, "after_step1.", sae);
                    }
                }
                weightsAre(golden, "final.", sae);
            }
        }
    }

    /** After one step Adam's first moment is a tenth of the gradient. */
    private static void firstGradientsAre(SafeTensors golden, Map<String, NDArray> state) throws Exception {
        for (String name : WEIGHTS) {
            String raw = "grad_step1." + name;
            String projected = "grad_step1_projected." + name;
            near(golden.floats(golden.has(projected) ? projected : raw), Tensors.floats(state.get("exp_avg." + name)), 10, "gradient of " + name);
        }
    }

    private static void weightsAre(SafeTensors golden, String prefix, Sae sae) throws Exception {
        for (String name : WEIGHTS) {
            near(golden.floats(prefix + name), Tensors.floats(sae.tensors().get(name)), 1, prefix + name);
        }
        assertArrayEquals(golden.longs(prefix + "stats_last_nonzero"), Tensors.longs(sae.tensors().get("stats_last_nonzero")));
    }

    private static void near(float[] expected, float[] actual, float factor, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], factor * actual[i], TOLERANCE, what + " at " + i);
        }
    }

    private static Map<String, NDArray> named(SafeTensors file, String prefix, NDManager owner) throws Exception {
        Map<String, NDArray> tensors = new HashMap<>();
        for (TensorInfo info : file.tensors().values()) {
            if (info.name().startsWith(prefix)) {
                tensors.put(info.name().substring(prefix.length()), file.read(info.name(), owner));
            }
        }
        return tensors;
    }
}
