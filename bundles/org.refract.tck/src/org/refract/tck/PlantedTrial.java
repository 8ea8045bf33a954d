package org.refract.tck;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.source.BatchStream;
import org.refract.engine.source.PlantedDictionary;
import org.refract.engine.source.StreamOptions;
import org.refract.engine.source.SyntheticSource;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;

/**
 * What an architecture makes of a planted dictionary; a test calls {@link #run} and asserts how much was recovered.
 *
 * @param recovered mean max cosine similarity with the truth
 * @param antipodal share of the latents of which another one is the negative, with a cosine below −0.9
 * @param dead      share of the latents that training calls dead at its end
 * @param l0        active latents of a sample of the last batch, on average
 * @param explained explained variance of the last batch
 */
public record PlantedTrial(double recovered, double antipodal, double dead, double l0, double explained) {

    private static final int FIRST = 4096;
    private static final double OPPOSITE = 0.9;

    /** Trains {@code latents} latents on the CPU; the seed is that of the weights and of the data's order. */
    public static PlantedTrial run(SaeVariant variant, Map<String, String> settings, PlantedDictionary planted, int latents, int steps, int batch, long seed)
            throws RefractException {
        SyntheticSource source = new SyntheticSource(planted);
        SaeConfig config = new SaeConfig(variant.id(), planted.width(), planted.width(), latents, Settings.of(variant.hyperparameters(), settings));
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray first = source.sample(seed, FIRST, Placement.CPU, scope.manager(), Monitor.silent()).input();
            StreamOptions options = new StreamOptions(seed, batch, Placement.CPU, 1);
            try (Sae sae = variant.create(config, first, seed, Placement.CPU); SaeTrainer trainer = variant.trainer(sae, first, batch);
                    BatchStream stream = source.open(options, StreamPosition.START, Monitor.silent())) {
                for (int i = 0; i < steps; i++) {
                    try (Scope step = scope.child()) {
                        trainer.step(stream.next(step.manager()).input());
                    }
                }
                Map<String, Double> metrics = trainer.metrics();
                return new PlantedTrial(planted.recovered(sae.decoder()), PlantedDictionary.antipodal(sae.decoder(), OPPOSITE),
                        metrics.get("dead") / latents, metrics.get("l0"), metrics.get("explained_variance"));
            }
        }
    }
}
