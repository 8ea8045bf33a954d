package org.refract.sae.topk;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.engine.source.PlantedDictionary;
import org.refract.tck.PlantedTrial;

/** TopK finds a dictionary that was planted, and AuxK keeps its latents alive. */
final class PlantedDictionaryTest {

    @Test
    void recoversTwiceAsManyDirectionsAsThereAreNumbers() throws Exception {
        PlantedDictionary planted = PlantedDictionary.parse("width=32,features=64,active=3,seed=1");
        PlantedTrial trial = PlantedTrial.run(new TopKVariant(), Map.of("k", "3", "lr", "0.003", "auxk", "16", "dead_tokens", "5000"), planted, 96, 600,
                256, 1);
        assertTrue(trial.recovered() > 0.98, trial.toString());
    }

    @Test
    void auxKRevivesMostOfTheLatentsThatDieWithoutIt() throws Exception {
        PlantedDictionary planted = PlantedDictionary.parse("width=24,features=128,active=4,exponent=0.5,seed=2");
        PlantedTrial without = trial(planted, "0");
        PlantedTrial with = trial(planted, "0.25");
        assertTrue(without.dead() > 0.25 && with.dead() < without.dead() / 2 && with.recovered() > without.recovered(), without + ", with AuxK " + with);
    }

    private static PlantedTrial trial(PlantedDictionary planted, String coefficient) throws Exception {
        return PlantedTrial.run(new TopKVariant(), Map.of("k", "4", "lr", "0.01", "auxk", "32", "dead_tokens", "10000", "auxk_coef", coefficient), planted,
                256, 800, 256, 1);
    }
}
