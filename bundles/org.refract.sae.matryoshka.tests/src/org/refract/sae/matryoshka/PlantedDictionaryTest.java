package org.refract.sae.matryoshka;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.engine.source.PlantedDictionary;
import org.refract.tck.PlantedTrial;

/** Matryoshka finds a dictionary that was planted. */
final class PlantedDictionaryTest {

    @Test
    void recoversTwiceAsManyDirectionsAsThereAreNumbers() throws Exception {
        PlantedDictionary planted = PlantedDictionary.parse("width=32,features=64,active=3,seed=1");
        PlantedTrial trial = PlantedTrial.run(new MatryoshkaVariant(), Map.of("k", "3", "lr", "0.005", "dead_tokens", "5000"), planted, 96, 600, 256, 1);
        assertTrue(trial.recovered() > 0.88 && trial.l0() < 4, trial.toString());
    }
}
