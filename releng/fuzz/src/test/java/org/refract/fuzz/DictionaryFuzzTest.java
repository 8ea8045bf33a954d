package org.refract.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.engine.Locations;
import org.refract.engine.tensor.Scope;
import org.refract.format.dictionarylearning.DictionaryLearningFormat;
import org.refract.format.gemmascope.GemmaScopeFormat;
import org.refract.format.openai.OpenAiFormat;
import org.refract.format.refract.RefractFormat;
import org.refract.format.saelens.SaeLensFormat;
import org.refract.format.saelens.SaeLensTrainingFormat;
import org.refract.format.sdxlunbox.SdxlUnboxFormat;
import org.refract.format.sparsify.SparsifyFormat;

/** Damaged dictionaries of other tools: each format reads them, or refuses them in one sentence. */
class DictionaryFuzzTest {
    private static final List<CheckpointFormat> FORMATS = List.of(new RefractFormat(), new SaeLensFormat(), new SaeLensTrainingFormat(), new DictionaryLearningFormat(),
            new GemmaScopeFormat(), new SparsifyFormat(), new OpenAiFormat(), new SdxlUnboxFormat());

    private final Path folder = OneSentence.folder("dictionaries");
    private final List<Path> sound = dictionaries();

    @Example
    void soundDictionariesAreReadBySomeFormat() throws RefractException {
        for (Path dictionary : sound) {
            int read = 0;
            for (CheckpointFormat format : FORMATS) {
                if (format.recognises(dictionary)) {
                    try (Scope scope = Scope.open(Placement.CPU)) {
                        format.read(dictionary, scope.manager());
                        read++;
                    }
                }
            }
            if (read == 0) {
                throw new AssertionError("no format reads " + dictionary);
            }
        }
    }

    @Property(seed = "20261201", shrinking = ShrinkingMode.OFF)
    void damagedDictionaries(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Path dictionary = sound.get(random.nextInt(sound.size()));
        Path copy = Files.createDirectories(folder.resolve(dictionary.getFileName()));
        List<Path> files;
        try (Stream<Path> found = Files.list(dictionary)) {
            files = found.filter(Files::isRegularFile).sorted().toList();
        }
        int damaged = random.nextInt(files.size());
        for (int i = 0; i < files.size(); i++) {
            byte[] bytes = Files.readAllBytes(files.get(i));
            String name = files.get(i).getFileName().toString();
            OneSentence.write(copy.resolve(name), i != damaged ? bytes : name.endsWith(".json") ? Damage.text(bytes, random)
                    : name.endsWith(".safetensors") ? Damage.binary(bytes, random) : Damage.torch(bytes, random));
        }
        for (CheckpointFormat format : FORMATS) {
            try {
                OneSentence.orSound(() -> {
                    if (format.recognises(copy)) {
                        try (Scope scope = Scope.open(Placement.CPU)) {
                            format.read(copy, scope.manager());
                        }
                    }
                });
            } catch (AssertionError e) {
                throw new AssertionError("%s of %s, damaged in %s by seed %d: %s".formatted(format.id(), dictionary.getFileName(), files.get(damaged).getFileName(), seed, e.getMessage()), e);
            }
        }
    }

    /** The reference values' dictionaries that some format knows. */
    private static List<Path> dictionaries() {
        List<Path> known = new ArrayList<>();
        try (Stream<Path> folders = Files.list(new Locations().reference("sae"))) {
            for (Path dictionary : folders.filter(Files::isDirectory).sorted(Comparator.comparing(Path::toString)).toList()) {
                if (FORMATS.stream().anyMatch(format -> format.recognises(dictionary))) {
                    known.add(dictionary);
                }
            }
        } catch (IOException | RefractException e) {
            throw new AssertionError(e);
        }
        return known;
    }
}
