package org.refract.fuzz;

import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.file.NpzFile;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.tensor.Scope;

/** Damaged files of tensors: what torch wrote, as a zip and as a pickle alone, npz archives, safetensors and the index of their shards. */
class WeightFuzzTest {
    private static final String SEED = "20261201";
    private static final String INDEX = """
            {"metadata": {"total_size": 64}, "weight_map": {"a": "a.safetensors", "b": "b.safetensors"}}""";

    private final Damaged archives = new Damaged("torch", Sample.ofReference("sae", name -> name.endsWith(".pt") && !name.contains("legacy")), Damage::zip, WeightFuzzTest::torch);
    private final Damaged pickles = new Damaged("pickle", Sample.ofReference("sae", name -> name.contains("legacy") && name.endsWith(".pt")), Damage::pickle, WeightFuzzTest::torch);
    private final Damaged npz = new Damaged("npz", Sample.ofReference("sae", name -> name.endsWith(".npz")), Damage::zip, WeightFuzzTest::npz);
    private final Damaged tensors = new Damaged("safetensors", Sample.ofReference("sae", name -> name.endsWith(".safetensors")), Damage::binary, WeightFuzzTest::tensors);
    private final Damaged indexes = new Damaged("index", List.of(new Sample("model.safetensors.index.json", INDEX.getBytes())), Damage::text, WeightFuzzTest::tensors);

    @Example
    void soundAndKnownFiles() {
        for (Damaged kind : List.of(archives, pickles, npz, tensors, indexes)) {
            kind.known();
        }
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void archivesOfTorch(@ForAll long seed) {
        archives.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void picklesOfTorch(@ForAll long seed) {
        pickles.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void npzArchives(@ForAll long seed) {
        npz.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void safetensors(@ForAll long seed) {
        tensors.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void theIndexOfShards(@ForAll long seed) {
        indexes.one(seed);
    }

    private static void torch(Path file) throws RefractException {
        try (TorchArchive archive = TorchArchive.open(file); Scope scope = Scope.open(Placement.CPU)) {
            for (String name : archive.tensors().keySet()) {
                archive.read(name, scope.manager()).close();
            }
        }
    }

    private static void npz(Path file) throws RefractException {
        try (NpzFile archive = NpzFile.open(file); Scope scope = Scope.open(Placement.CPU)) {
            for (String name : archive.arrays().keySet()) {
                archive.read(name, scope.manager()).close();
            }
        }
    }

    private static void tensors(Path file) throws RefractException {
        try (SafeTensors opened = SafeTensors.open(file); Scope scope = Scope.open(Placement.CPU)) {
            for (String name : opened.tensors().keySet()) {
                opened.read(name, scope.manager()).close();
            }
        }
    }
}
