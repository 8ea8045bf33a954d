package org.refract.fuzz;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.refract.model.sdxl.clip.TextualInversion;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.clip.TokenizerFiles;

/** Damaged vocabularies, merges and settings of tokenizers, and damaged textual inversions. */
class TokenizerFuzzTest {
    private static final String SEED = "20261201";
    /** Of a text encoder: a model whose tokenizer wants more is refused. */
    private static final int POSITIONS = 77;
    private static final List<String> PROMPTS = List.of("", "a red heart", "\u0000\ud83d\ude00 \u00e9t\u00e9", "x".repeat(3000));

    private final Map<String, byte[]> sound = files();
    private final Path folder = OneSentence.folder("tokenizer");
    private final Damaged embeddings = new Damaged("embedding", Sample.ofReference("prompts", name -> name.endsWith(".pt")), Damage::torch, TextualInversion::read);
    private final Damaged embeddingTensors = new Damaged("embedding-safetensors", Sample.ofReference("prompts", name -> name.endsWith(".safetensors")), Damage::binary, TextualInversion::read);

    @Example
    void soundAndKnownFiles() {
        read(sound);
        Damaged.folders("tokenizer").forEach(folder -> {
            Map<String, byte[]> found = new TreeMap<>(sound);
            Sample.ofFolder(folder, name -> true).forEach(sample -> found.put(sample.name(), sample.bytes()));
            read(found);
        });
        embeddings.known();
        embeddingTensors.known();
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void tokenizers(@ForAll long seed) {
        Random random = new Random(seed);
        Map<String, byte[]> damaged = new TreeMap<>(sound);
        String name = List.copyOf(sound.keySet()).get(random.nextInt(sound.size()));
        damaged.put(name, Damage.text(sound.get(name), random));
        read(damaged);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void embeddings(@ForAll long seed) {
        embeddings.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void embeddingsOfSafetensors(@ForAll long seed) {
        embeddingTensors.one(seed);
    }

    private void read(Map<String, byte[]> files) {
        files.forEach((name, bytes) -> OneSentence.write(folder.resolve(name), bytes));
        OneSentence.orSound(() -> {
            Tokenizer tokenizer = TokenizerFiles.read(folder);
            if (tokenizer.maxLength() <= POSITIONS) {
                for (String prompt : PROMPTS) {
                    tokenizer.encode(prompt);
                }
            }
        });
    }

    private static Map<String, byte[]> files() {
        Map<String, byte[]> files = new TreeMap<>();
        Path tokenizer = ManifestFuzzTest.reference().resolve("tokenizer");
        Sample.ofFolder(tokenizer, name -> name.endsWith(".json") || name.endsWith(".txt")).forEach(sample -> files.put(sample.name(), sample.bytes()));
        return files;
    }
}
