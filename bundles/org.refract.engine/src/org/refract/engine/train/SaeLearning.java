package org.refract.engine.train;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Origin;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchSource;
import org.refract.engine.source.StoreSource;

/**
 * A dictionary to learn.
 *
 * @param variant its architecture
 * @param config  its size and settings
 */
public record SaeLearning(SaeVariant variant, SaeConfig config) implements Learning {

    @Override
    public String kind() {
        return config.variant();
    }

    @Override
    public Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("variant", config.variant());
        identity.put("latents", Integer.toString(config.latents()));
        identity.putAll(config.settings().asMap());
        return identity;
    }

    @Override
    public void check(BatchSource source) throws RefractException {
        if (config.width() != source.width()) {
            throw RefractException.usage("An autoencoder of width %d cannot learn from %s, whose vectors have width %d.", config.width(), place(source),
                    source.width());
        }
        if (config.outputWidth() != source.targetWidth()) {
            throw RefractException.usage("An autoencoder that writes vectors of width %d cannot learn from %s, whose targets have width %d.",
                    config.outputWidth(), place(source), source.targetWidth());
        }
        if (source.provenance().isEmpty()) {
            throw RefractException.usage("An autoencoder learns what passes a model's hook point, and these data do not say which: choose another source.");
        }
    }

    private static String place(BatchSource source) {
        return source instanceof StoreSource stores ? stores.inputs().getFirst().folder().toString()
                : source.provenance().map(p -> p.point().toString()).orElse("these data");
    }

    @Override
    public Learner begin(TrainingPlan plan, Batch first, Optional<Map<String, NDArray>> saved) throws RefractException {
        Sae sae = saved.isEmpty() ? variant.create(config, first.input(), first.target(), plan.seed(), plan.placement())
                : variant.restore(config, saved.get(), plan.placement());
        try {
            return new Owning(variant.trainer(sae, first.input(), first.target(), plan.batch()), sae);
        } catch (RefractException | RuntimeException e) {
            sae.close();
            throw e;
        }
    }

    /** Pre-activations. */
    @Override
    public long stepNumbers(int batch) {
        return (long) batch * config.latents();
    }

    @Override
    public Map<String, Double> metrics(Learner learner, BatchSource source) {
        return source.metrics(((SaeTrainer) learner).sae().decoder());
    }

    @Override
    public Map<String, String> maker() {
        return Origin.of(variant).map(Origin::facts).orElse(Map.of());
    }

    /** A trainer that closes its SAE. */
    private record Owning(SaeTrainer trainer, Sae sae) implements SaeTrainer {

        @Override
        public void step(NDArray input, NDArray target) {
            trainer.step(input, target);
        }

        @Override
        public Map<String, Double> metrics() {
            return trainer.metrics();
        }

        @Override
        public Map<String, NDArray> state() {
            return trainer.state();
        }

        @Override
        public void restore(Map<String, NDArray> state) {
            trainer.restore(state);
        }

        @Override
        public Map<String, NDArray> result() {
            return trainer.result();
        }

        @Override
        public void close() {
            trainer.close();
            sae.close();
        }
    }
}
