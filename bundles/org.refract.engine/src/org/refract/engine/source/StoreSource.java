package org.refract.engine.source;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Provenance;
import org.refract.engine.store.ActivationReader;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.Recording;
import org.refract.engine.store.Recordings;
import org.refract.engine.store.StoreManifest;
import org.refract.engine.store.StreamPosition;

/**
 * Recorded activations: of one store; of several, whose vectors at one position of one recording stand one after another (a crosscoder's
 * input); or with the vectors of another store as targets (a transcoder's).
 *
 * @param inputs the stores of the input; the caller closes them
 * @param target the store of the targets, if they are not the inputs; the caller closes it
 */
public record StoreSource(List<ActivationStore> inputs, Optional<ActivationStore> target) implements BatchSource {

    /** Copies the list. */
    public StoreSource {
        inputs = List.copyOf(inputs);
    }

    /** One store, whose vectors are to be reconstructed. */
    public static StoreSource of(ActivationStore store) {
        return new StoreSource(List.of(store), Optional.empty());
    }

    private List<ActivationStore> all() {
        List<ActivationStore> all = new ArrayList<>(inputs);
        target.ifPresent(all::add);
        return all;
    }

    @Override
    public int width() {
        return inputs.stream().mapToInt(ActivationStore::width).sum();
    }

    @Override
    public int targetWidth() {
        return target.map(ActivationStore::width).orElse(width());
    }

    @Override
    public boolean isStored() {
        return true;
    }

    @Override
    public Optional<Provenance> provenance() {
        StoreManifest first = inputs.getFirst().manifest();
        Map<String, String> facts = new TreeMap<>(Map.of(
                "recordings", Integer.toString(inputs.getFirst().recordings().length),
                "data_dtype", first.type().safetensors()));
        first.facts().forEach((name, value) -> facts.put("data_" + name, value));
        if (inputs.size() > 1) {
            facts.put("points", inputs.stream().map(s -> s.manifest().point().toString()).collect(Collectors.joining(" ")));
            facts.put("models", inputs.stream().map(s -> s.manifest().modelFingerprint()).distinct().collect(Collectors.joining(" ")));
        }
        target.ifPresent(t -> facts.put("target_point", t.manifest().point().toString()));
        return Optional.of(new Provenance(first.model(), first.modelFingerprint(), first.point(), facts));
    }

    @Override
    public Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        for (int i = 0; i < all().size(); i++) {
            ActivationStore store = all().get(i);
            String suffix = i == 0 ? "" : i < inputs.size() ? "_" + (i + 1) : "_target";
            identity.put("point" + suffix, store.manifest().point().toString());
            identity.put("model_fingerprint" + suffix, store.manifest().modelFingerprint());
            identity.put("vectors" + suffix, Long.toString(store.vectors()));
        }
        return identity;
    }

    /** Stores that are read together must hold the same positions of the same recordings. */
    @Override
    public void check() throws RefractException {
        ActivationStore first = inputs.getFirst();
        for (ActivationStore other : all().subList(1, all().size())) {
            StoreManifest a = first.manifest();
            StoreManifest b = other.manifest();
            if (a.steps() != b.steps() || a.rows() != b.rows() || a.columns() != b.columns()) {
                throw RefractException.usage("%s has %d steps of %d × %d positions, but %s has %d of %d × %d: vectors of different positions cannot be read"
                        + " together; choose hook points of one size.", first.folder(), a.steps(), a.rows(), a.columns(), other.folder(), b.steps(),
                        b.rows(), b.columns());
            }
            if (!Arrays.equals(first.recordings(), other.recordings())) {
                throw RefractException.usage("%s and %s do not hold the same recordings (%d and %d): harvest the missing shards.", first.folder(),
                        other.folder(), first.recordings().length, other.recordings().length);
            }
            Optional<List<Recording>> here = Recordings.into(first);
            Optional<List<Recording>> there = Recordings.into(other);
            if (here.isPresent() && there.isPresent() && !here.equals(there)) {
                throw RefractException.usage("%s and %s were recorded from other prompts or seeds, so their vectors do not belong together: record both in"
                        + " one harvest.", first.folder(), other.folder());
            }
            if (!a.facts().equals(b.facts()) && a.modelFingerprint().equals(b.modelFingerprint())) {
                throw RefractException.usage("%s and %s were recorded in different ways (%s and %s): record both in one harvest.", first.folder(),
                        other.folder(), new TreeMap<>(a.facts()), new TreeMap<>(b.facts()));
            }
        }
        if (target.isPresent() && !target.get().manifest().modelFingerprint().equals(first.manifest().modelFingerprint())) {
            throw RefractException.usage("%s was recorded from %s, but %s from %s: a transcoder's inputs and targets are of one model.", first.folder(),
                    first.manifest().model(), target.get().folder(), target.get().manifest().model());
        }
        if (inputs.stream().mapToInt(ActivationStore::width).distinct().count() > 1) {
            throw RefractException.usage("The hook points of a crosscoder have one width, but these have %s.",
                    inputs.stream().map(s -> s.manifest().point() + " " + s.width()).collect(Collectors.joining(", ")));
        }
    }

    @Override
    public Batch sample(long seed, int count, Placement placement, NDManager owner, Monitor monitor) throws RefractException {
        int vectors = (int) Math.min(count, inputs.getFirst().vectors());
        try (BatchStream stream = open(new StreamOptions(seed, vectors, placement, ActivationReader.BLOCK_BYTES), StreamPosition.START, monitor)) {
            return stream.next(owner);
        }
    }

    /** Blocks hold as many recordings in every store, so that all are read in one order. */
    @Override
    public BatchStream open(StreamOptions options, StreamPosition start, Monitor monitor) throws RefractException {
        check();
        long recordings = Long.MAX_VALUE;
        for (ActivationStore store : all()) {
            recordings = Math.min(recordings, Math.max(1, options.blockBytes() / store.manifest().bytesPerRecording()));
        }
        List<ActivationReader> readers = new ArrayList<>();
        try {
            for (ActivationStore store : all()) {
                readers.add(ActivationReader.open(store, options.seed(), options.batch(), options.placement(), start,
                        recordings * store.manifest().bytesPerRecording()));
            }
            return new StoreStream(readers, inputs.size());
        } catch (RefractException | RuntimeException e) {
            readers.forEach(ActivationReader::close);
            throw e;
        }
    }
}
