package org.refract.sae.gated;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.engine.source.PlantedDictionary;
import org.refract.tck.PlantedTrial;

/** A gated autoencoder finds a dictionary that was planted. */
final class PlantedDictionaryTest {

    @Test
    void recoversTwiceAsManyDirectionsAsThereAreNumbers() throws Exception {
        PlantedDictionary planted = PlantedDictionary.parse("width=32,features=64,active=3,seed=1");
        PlantedTrial trial = PlantedTrial.run(new GatedVariant(), Map.of("l1_coefficient", "0.3", "lr", "0.005"), planted, 96, 600, 256, 1);
        assertTrue(trial.recovered() > 0.95 && trial.l0() < 13, trial.toString());
    }
}
