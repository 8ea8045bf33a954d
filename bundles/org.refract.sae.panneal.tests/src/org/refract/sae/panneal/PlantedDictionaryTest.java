package org.refract.sae.panneal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.engine.source.PlantedDictionary;
import org.refract.tck.PlantedTrial;

/** p-annealing finds a dictionary that was planted. */
final class PlantedDictionaryTest {

    @Test
    void recoversTwiceAsManyDirectionsAsThereAreNumbers() throws Exception {
        PlantedDictionary planted = PlantedDictionary.parse("width=32,features=64,active=3,seed=1");
        PlantedTrial trial = PlantedTrial.run(new PAnnealVariant(), Map.of("sparsity_penalty", "0.6", "lr", "0.005", "anneal_start", "200", "anneal_end", "450"), planted, 96, 600, 256, 1);
        assertTrue(trial.recovered() > 0.95 && trial.l0() < 7, trial.toString());
    }
}
