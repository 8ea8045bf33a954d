package org.refract.engine.index;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Labeler;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.Recording;
import org.refract.engine.store.Recordings;
import org.refract.engine.store.StoreManifest;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;

/** Builds the atlas of a dictionary from the store it was trained on. */
public final class Atlas {
    /** Vectors encoded at once. */
    private static final int BATCH = 8192;

    private Atlas() {
    }

    /**
     * Builds an atlas in one pass. Call on the device's thread.
     *
     * @param file    where it will stand, whole or not at all
     * @param sae     the dictionary, on {@code placement}
     * @param labeler names features, if there is one
     * @param further facts that the atlas should keep
     * @return the features, one per latent
     * @throws RefractException if the dictionary is of another width than the store, or a file cannot be read or written
     */
    public static List<Feature> build(ActivationStore store, Recordings recordings, Sae sae, Placement placement, AtlasOptions options,
            Optional<Labeler> labeler, Map<String, String> further, Path file, Monitor monitor) throws RefractException {
        StoreManifest manifest = store.manifest();
        if (manifest.width() != sae.config().width()) {
            throw RefractException.usage("The dictionary reads vectors of width %d, but the store %s holds vectors of width %d: it was trained on another"
                    + " hook point.", sae.config().width(), store.folder(), manifest.width());
        }
        int[] present = store.recordings();
        int perBatch = Math.max(1, BATCH / manifest.vectorsPerRecording());
        List<String> prompts = recordings.all().stream().map(Recording::prompt).toList();
        monitor.stage("Finding what features of " + manifest.point().path() + " respond to", present.length + sae.config().latents());
        try (AtlasBuilder builder = new AtlasBuilder(sae, options, prompts, placement); Scope scope = Scope.open(placement)) {
            for (int at = 0; at < present.length;) {
                monitor.checkpoint();
                int count = consecutive(present, at, Math.min(perBatch, store.inOneShard(present[at])));
                long[] numbers = Arrays.stream(present, at, at + count).asLongStream().toArray();
                try (Scope batch = scope.child()) {
                    NDArray vectors = store.read(present[at], count, batch.manager());
                    NDArray placed = placement.device().equals("cpu") ? vectors : DTypes.move(batch.manager(), vectors, placement);
                    builder.add(placed, numbers, manifest.steps(), manifest.rows(), manifest.columns());
                }
                monitor.advance(count);
                at += count;
            }
            AtlasFacts facts = new AtlasFacts(manifest.point(), manifest.model(), manifest.modelFingerprint(), "", 0, 0, 0, 0, 0, 0, further);
            return builder.finish(file, facts, labeler, monitor);
        }
    }

    /** How many of the next recordings, at most {@code most}, have consecutive numbers. */
    private static int consecutive(int[] present, int at, int most) {
        int count = 1;
        while (count < most && at + count < present.length && present[at + count] == present[at] + count) {
            count++;
        }
        return count;
    }
}
