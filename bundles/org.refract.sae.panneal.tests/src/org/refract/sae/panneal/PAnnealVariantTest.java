package org.refract.sae.panneal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.engine.Locations;
import org.refract.engine.sae.TopKNames;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.tck.TrainingGolden;

/** The p-annealed variant trains as dictionary_learning's PAnnealTrainer. */
final class PAnnealVariantTest {

    private static final Map<String, String> ANNEALED = Map.of("anneal_start", "3", "anneal_end", "9", "n_sparsity_updates", "3",
            "sparsity_queue_length", "2");

    private final PAnnealVariant variant = new PAnnealVariant();

    @Test
    void trainsAsDictionaryLearningDoesWithThePowerOfTheNorm() throws Exception {
        assertEquals(List.of(), differences("dictlearn_p_anneal_lpp", "Lp^p"));
    }

    @Test
    void trainsAsDictionaryLearningDoesWithTheNorm() throws Exception {
        assertEquals(List.of(), differences("dictlearn_p_anneal_lp", "Lp"));
    }

    private List<String> differences(String set, String function) throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training_more").resolve(set + ".safetensors"))) {
            return golden.differences(variant,
                    Map.of("lr", "0.003", "warmup_steps", "4", "sparsity_warmup_steps", "6", "sparsity_function", function, "anneal_start", "7",
                            "anneal_end", "18", "n_sparsity_updates", "5", "sparsity_queue_length", "3"),
                    Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec", "sparsity_coefficient", "sparsity_coefficient"),
                    Map.of("mse_loss", "mse_loss", "lp_loss", "lp_loss", "total", "total"));
        }
    }

    @Test
    void theExponentFallsAsTheTrainerSays() throws Exception {
        Annealing annealing = Annealing.of(Settings.of(variant.hyperparameters(), ANNEALED));
        assertArrayEquals(new long[] {3, 6, 9}, annealing.updates());
        assertEquals(1, annealing.p(3));
        assertEquals(1, annealing.p(4));
        assertEquals(0.6, annealing.p(7), 1e-6);
        assertEquals(0.2, annealing.p(10), 1e-6);
        assertEquals(0.2, annealing.next(10), 1e-6);
        assertTrue(!annealing.adapts(3) && annealing.adapts(6) && !annealing.adapts(7) && annealing.adapts(9));
    }

    @Test
    void aTrainingResumedWhilePFallsGoesOnToTheBit() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), new TorchRandom(5).randn(64 * 8), 64, 8);
            SaeConfig config = config(8, 24, ANNEALED);
            try (Sae whole = variant.create(config, samples, 3, Placement.CPU); SaeTrainer trainer = variant.trainer(whole, samples, 64);
                    Sae first = variant.create(config, samples, 3, Placement.CPU); SaeTrainer begun = variant.trainer(first, samples, 64)) {
                for (int i = 0; i < 8; i++) {
                    trainer.step(samples);
                    begun.step(samples);
                }
                try (Sae second = variant.restore(first.config(), first.tensors(), Placement.CPU); SaeTrainer resumed = variant.trainer(second, samples, 64)) {
                    resumed.restore(begun.state());
                    for (int i = 0; i < 6; i++) {
                        trainer.step(samples);
                        resumed.step(samples);
                    }
                    for (String name : whole.tensors().keySet()) {
                        assertArrayEquals(Tensors.doubles(whole.tensors().get(name)), Tensors.doubles(second.tensors().get(name)), name);
                    }
                    assertEquals(trainer.metrics(), resumed.metrics());
                }
            }
        }
    }

    @Test
    void whatItTrainedIsAReluAutoencoderToOtherTools() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), new TorchRandom(5).randn(64 * 8), 64, 8);
            try (Sae sae = variant.create(config(8, 24, Map.of()), samples, 3, Placement.CPU)) {
                Checkpoint told = TopKNames.published(new Checkpoint(sae.config(), sae.tensors(), java.util.Optional.empty()), scope.manager());
                assertEquals("relu", told.config().variant());
                assertEquals(sae.tensors().keySet(), told.tensors().keySet());
            }
        }
    }

    @Test
    void settingsThatCannotBeAreRefused() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.zeros(scope.manager(), 4, 8);
            for (Map<String, String> wrong : List.of(Map.of("p_end", "0"), Map.of("anneal_end", "1000"), Map.of("n_sparsity_updates", "1"),
                    Map.of("sparsity_queue_length", "0"))) {
                assertThrows(RefractException.class, () -> {
                    try (Sae sae = variant.create(config(8, 24, wrong), samples, 3, Placement.CPU)) {
                        variant.trainer(sae, samples, 4).close();
                    }
                }, wrong.toString());
            }
        }
    }

    private SaeConfig config(int width, int latents, Map<String, String> settings) throws RefractException {
        return new SaeConfig("panneal", width, width, latents, Settings.of(variant.hyperparameters(), settings));
    }
}
