package org.refract.engine.index;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Label;
import org.refract.api.analysis.Labeler;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * From recorded updates to an atlas in one pass: {@link #add} each batch in order of the recordings, then {@link #finish}. Nothing of the
 * size samples × latents is ever made. On the heap it keeps the position maps of the top examples, {@code latents · examples · positions}
 * floats (84 MB for 5120 latents, 16 examples and 16x16 maps), and at most 64 MiB to tell which features fire together. Used on the
 * device's thread.
 */
public final class AtlasBuilder implements AutoCloseable {
    private static final KernelLibrary KERNELS = KernelLibrary.of(AtlasBuilder.class, "atlas.ts.py");
    /** Activations compared at once when maps are cut out: 64 MiB of float32. */
    private static final int MAP_BLOCK = 16 << 20;

    private final Sae sae;
    private final AtlasOptions options;
    private final List<String> prompts;
    private final Scope scope;
    private final FeatureStatistics statistics;
    private final TopExamples top;
    private final Coactivation together;
    private final long[] activeRecordings;
    private long recordings;
    private int rows;
    private int columns;

    /**
     * @param sae       the dictionary; the caller keeps it
     * @param prompts   of all recordings, by number
     * @param placement where the SAE lies
     */
    public AtlasBuilder(Sae sae, AtlasOptions options, List<String> prompts, Placement placement) {
        this.sae = sae;
        this.options = options;
        this.prompts = List.copyOf(prompts);
        int latents = sae.config().latents();
        scope = Scope.open(placement);
        statistics = new FeatureStatistics(scope, latents);
        top = new TopExamples(latents, options.examples(), options.onePerPrompt());
        together = new Coactivation(latents, prompts.size());
        activeRecordings = new long[latents];
    }

    /**
     * Adds a batch.
     *
     * @param vectors {@code (examples · steps · rows · columns, width)} float32, in this order; over several steps an example's map is the
     *                mean of its steps' maps
     * @param numbers the recordings' numbers, one per example
     */
    public void add(NDArray vectors, long[] numbers, int steps, int mapRows, int mapColumns) {
        rows = mapRows;
        columns = mapColumns;
        try (Scope batch = scope.child()) {
            SparseCodes codes = sae.encode(vectors);
            batch.adopt(codes.indices());
            batch.adopt(codes.values());
            FeatureStatistics.Active active = statistics.add(batch, codes, numbers.length);
            List<TopExamples.Entry> fresh = new ArrayList<>();
            List<Integer> freshExamples = new ArrayList<>();
            for (int i = 0; i < active.latent().length; i++) {
                int latent = active.latent()[i];
                int example = active.example()[i];
                activeRecordings[latent]++;
                together.mark(latent, recordings + example);
                long number = numbers[example];
                TopExamples.Entry entry = new TopExamples.Entry(latent, number, prompts.get((int) number), active.mean()[i], active.max()[i]);
                if (top.offer(entry)) {
                    fresh.add(entry);
                    freshExamples.add(example);
                }
            }
            cutMaps(batch, codes, steps, fresh, freshExamples, numbers.length);
        }
        recordings += numbers.length;
    }

    private void cutMaps(Scope batch, SparseCodes codes, int steps, List<TopExamples.Entry> fresh, List<Integer> examples, int batchSize) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < fresh.size(); i++) {
            if (top.keeps(fresh.get(i))) {
                kept.add(i);
            }
        }
        int size = rows * columns;
        int step = Math.max(1, (int) (MAP_BLOCK / (steps * size * codes.slots())));
        for (int first = 0; first < kept.size(); first += step) {
            List<Integer> chosen = kept.subList(first, Math.min(kept.size(), first + step));
            try (Scope block = batch.child()) {
                NDArray example = Tensors.of(block.manager(), chosen.stream().mapToLong(examples::get).toArray(), chosen.size());
                NDArray latent = Tensors.of(block.manager(), chosen.stream().mapToLong(i -> fresh.get(i).latent).toArray(), chosen.size());
                float[] maps = Tensors.floats(KERNELS.call(block, "maps", codes.indices(), codes.values(), batchSize, steps, example, latent));
                for (int i = 0; i < chosen.size(); i++) {
                    fresh.get(chosen.get(i)).map(Arrays.copyOfRange(maps, i * size, (i + 1) * size));
                }
            }
        }
    }

    /**
     * Names the features, finds their neighbours and writes the atlas.
     *
     * @param file    where it will stand
     * @param facts   who it is of; shape and counts are filled in here
     * @param labeler names features, if there is one
     * @param monitor one unit per latent
     * @return the features, one per latent
     */
    public List<Feature> finish(Path file, AtlasFacts facts, Optional<Labeler> labeler, Monitor monitor) throws RefractException {
        int latents = sae.config().latents();
        FeatureStatistics.Totals totals = statistics.totals();
        boolean[] alive = new boolean[latents];
        for (int f = 0; f < latents; f++) {
            alive[f] = totals.counts()[f] > 0;
        }
        List<List<Neighbour>> neighbours = Nearest.of(sae.decoder(), alive, options.neighbours(), together);
        Optional<Labeler.Session> session = labeler.isPresent() ? Optional.of(labeler.get().open(prompts)) : Optional.empty();
        List<Feature> features = new ArrayList<>(latents);
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, complete(facts, totals), shownPrompts())) {
            for (int f = 0; f < latents; f++) {
                monitor.checkpoint();
                List<Example> examples = examples(f);
                Optional<Label> label = session.isPresent() && alive[f] ? session.get().label(examples) : Optional.empty();
                Feature feature = new Feature(f, totals.density(f), totals.mean(f), totals.peaks()[f], totals.std(f), label);
                writer.add(feature, activeRecordings[f], examples, neighbours.get(f), totals.histogram(f));
                features.add(feature);
                monitor.advance(1);
            }
            writer.commit();
        }
        return features;
    }

    private AtlasFacts complete(AtlasFacts facts, FeatureStatistics.Totals totals) {
        return new AtlasFacts(facts.point(), facts.model(), facts.modelFingerprint(), sae.config().variant(), sae.config().latents(),
                sae.config().width(), recordings, totals.samples(), rows, columns, facts.further());
    }

    private List<Example> examples(int latent) {
        return top.of(latent).stream()
                .map(e -> new Example(e.recording, e.prompt, e.strength, e.max, e.map(), rows, columns)).toList();
    }

    private Map<Long, String> shownPrompts() {
        Map<Long, String> shown = new LinkedHashMap<>();
        for (int f = 0; f < activeRecordings.length; f++) {
            top.of(f).forEach(e -> shown.put(e.recording, e.prompt));
        }
        return shown;
    }

    /** Tensors held between two batches. */
    int liveTensors() {
        return scope.liveTensors();
    }

    @Override
    public void close() {
        scope.close();
    }
}
