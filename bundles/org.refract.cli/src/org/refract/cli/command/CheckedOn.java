package org.refract.cli.command;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.extension.Lease;
import org.refract.engine.source.ModelRecorder;
import org.refract.engine.source.ModelSource;
import org.refract.engine.store.ActivationReader;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.unpack.Prompts;

/** Where the activations come from on which an imported dictionary is tried, and whose model and hook point it then belongs to. */
interface CheckedOn {

    /** Activations on which a dictionary is tried, at most. */
    int SAMPLES = 2048;

    /**
     * Some activations.
     *
     * @param samples (samples, width) float32
     * @param model the model's name
     * @param fingerprint of the model
     * @param point where they were read
     */
    record Activations(NDArray samples, String model, String fingerprint, HookPoint point) {
    }

    /** What a sentence calls it. */
    String name();

    /** @param owner owns the samples */
    Activations of(Checkpoint read, NDManager owner, Monitor monitor) throws RefractException;

    /** A store of the dictionary's hook point. */
    record Store(Path folder) implements CheckedOn {
        @Override
        public String name() {
            return folder.toString();
        }

        @Override
        public Activations of(Checkpoint read, NDManager owner, Monitor monitor) throws RefractException {
            try (ActivationStore store = ActivationStore.open(folder)) {
                NDArray samples = ActivationReader.sample(store, 0, SAMPLES, Placement.CPU, owner);
                return new Activations(samples, store.manifest().model(), store.manifest().modelFingerprint(), store.manifest().point());
            }
        }
    }

    /**
     * The model itself, which draws some pictures.
     *
     * @param point where; empty for the one that the checkpoint names
     */
    record Running(Lease<ModelBackend> backend, Path location, Optional<HookPoint> point) implements CheckedOn {

        private static final int PICTURES = 32;
        private static final int TOGETHER = 8;

        @Override
        public String name() {
            return location.toString();
        }

        @Override
        public Activations of(Checkpoint read, NDManager owner, Monitor monitor) throws RefractException {
            HookPoint where = point.or(() -> read.provenance().map(p -> p.point()))
                    .orElseThrow(() -> RefractException.usage("The dictionary does not say where in the model it belongs: add --point."));
            try (ImageModel model = ModelOptions.open(backend, location, Placement.CPU, Adapters.NONE, monitor);
                    ModelRecorder recorder = new ModelRecorder(model, model.defaults(), Prompts.of(Optional.empty(), location, 0), 0, TOGETHER, PICTURES,
                            List.of(where))) {
                ModelSource source = new ModelSource(recorder, List.of(where), Optional.empty());
                NDArray samples = source.sample(0, SAMPLES, Placement.CPU, owner, monitor).input();
                return new Activations(samples, model.info().name(), model.info().fingerprint(), where);
            }
        }
    }
}
