package org.refract.sae.ksparse;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.refract.engine.source.PlantedDictionary;
import org.refract.tck.PlantedTrial;

/** k-sparse autoencoders find a dictionary that was planted; signs and dead latents are as the papers say. */
final class PlantedDictionaryTest {

    @Test
    void whereStrengthsHaveSignsTopKNeedsEachDirectionTwiceAndAbsTopKOnce() throws Exception {
        PlantedDictionary planted = PlantedDictionary.parse("width=32,features=48,active=3,signed=true,seed=1");
        PlantedTrial topk = trial(planted, 96, Map.of("k", "3", "dead_tokens", "5000", "activation", "topk"));
        PlantedTrial abstopk = trial(planted, 96, Map.of("k", "3", "dead_tokens", "5000", "activation", "abstopk"));
        assertTrue(topk.recovered() > 0.97 && topk.antipodal() > 0.6, topk.toString());
        assertTrue(abstopk.recovered() > 0.97 && abstopk.antipodal() == 0, abstopk.toString());
    }

    @Test
    void groupMaxFindsADictionaryToo() throws Exception {
        PlantedTrial trial = trial(PlantedDictionary.parse("width=32,features=64,active=3,seed=1"), 96,
                Map.of("k", "4", "dead_tokens", "5000", "activation", "groupmax"));
        assertTrue(trial.recovered() > 0.85, trial.toString());
    }

    @Test
    void anAuxiliaryLossRevivesLatentsThatDieWithoutIt() throws Exception {
        PlantedDictionary planted = PlantedDictionary.parse("width=24,features=128,active=4,exponent=0.5,seed=2");
        PlantedTrial without = trial(planted, 256, Map.of("k", "4", "dead_tokens", "10000", "auxk", "none"));
        PlantedTrial with = trial(planted, 256, Map.of("k", "4", "dead_tokens", "10000", "auxk", "saelens", "auxk_coefficient", "1"));
        assertTrue(without.dead() > 0.05 && with.dead() < without.dead() / 3, without + ", with it " + with);
    }

    private static PlantedTrial trial(PlantedDictionary planted, int latents, Map<String, String> settings) throws Exception {
        Map<String, String> all = new TreeMap<>(settings);
        all.put("lr", "0.005");
        return PlantedTrial.run(new KSparseVariant(), all, planted, latents, 700, 256, 1);
    }
}
