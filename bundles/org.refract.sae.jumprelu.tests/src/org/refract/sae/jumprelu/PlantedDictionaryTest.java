package org.refract.sae.jumprelu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.engine.source.PlantedDictionary;
import org.refract.tck.PlantedTrial;

/** JumpReLU finds a dictionary that was planted. */
final class PlantedDictionaryTest {

    @Test
    void recoversTwiceAsManyDirectionsAsThereAreNumbers() throws Exception {
        PlantedDictionary planted = PlantedDictionary.parse("width=32,features=64,active=3,seed=1");
        PlantedTrial trial = PlantedTrial.run(new JumpReluVariant(), Map.of("sparsity_loss", "tanh", "l0_coefficient", "0.1", "bandwidth", "0.1", "lr", "0.005"), planted, 96, 600, 256, 1);
        assertTrue(trial.recovered() > 0.97 && trial.l0() < 5, trial.toString());
    }
}
