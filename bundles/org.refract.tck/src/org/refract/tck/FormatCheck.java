package org.refract.tck;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.FileFailure;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.DictionaryPlace;
import org.refract.engine.sae.RoundTrip;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.TopKNames;
import org.refract.engine.sae.Weights;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * What every checkpoint format must do: read, compute and keep what the tool wrote, and answer whatever is damaged with one sentence.
 *
 * <p>A test of a format has a checkpoint that the tool wrote and values that the tool computed with it, and asserts that {@link #differences} and
 * {@link #damage} find nothing; both write into a scratch folder.
 */
public final class FormatCheck {

    private static final int DAMAGES = 60;

    private static final String STRANGER = "stranger";

    private FormatCheck() {
    }

    /**
     * Reads a checkpoint of a tool, compares what it computes with what the tool computed, and writes and reads it again.
     *
     * @param golden see {@link GoldenCheck}
     * @param scratch does not exist yet
     * @return what is wrong, a sentence each
     */
    public static List<String> differences(CheckpointFormat format, Path checkpoint, Path golden, Path scratch) throws RefractException {
        List<String> found = new ArrayList<>();
        if (!format.recognises(checkpoint)) {
            found.add("it is not recognised");
        }
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(checkpoint, scope.manager());
            Checkpoint published = TopKNames.published(read, scope.manager());
            try (DenseSae sae = DenseSae.restore(published.config(), published.tensors(), Placement.CPU)) {
                found.addAll(GoldenCheck.differences(sae, golden));
            }
            found.addAll(RoundTrip.differences(format, read, scratch));
            found.addAll(faults(format, read, scratch.resolveSibling(scratch.getFileName() + "-faults")));
        }
        found.addAll(stranger(format, scratch.resolveSibling(scratch.getFileName() + "-stranger")));
        return found;
    }

    /** Writes a checkpoint over itself while the file system fails, see {@link FaultCheck}. */
    private static List<String> faults(CheckpointFormat format, Checkpoint read, Path scratch) throws RefractException {
        String name = scratch.getFileName().toString();
        try {
            return FaultCheck.of((place, version) -> new DictionaryPlace(format, place.resolve(name)).write(read, made -> {
            })).differences(scratch);
        } catch (IOException e) {
            throw FileFailure.writing(scratch, e);
        }
    }

    /**
     * Writes an autoencoder of a variant that only an extension knows, with settings and tensors of its own.
     *
     * @param target does not exist yet
     * @return what was answered with something else than a sentence that names the variant, or left behind
     */
    public static List<String> stranger(CheckpointFormat format, Path target) throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Settings settings = Settings.of(List.of(new Hyperparameter("temperature", Hyperparameter.Kind.REAL, "1", "a number", Optional.empty())), Map.of());
            Checkpoint checkpoint = new Checkpoint(new SaeConfig(STRANGER, 3, 3, 4, settings), Map.of("mix", Tensors.zeros(scope.manager(), 4, 3)), Optional.empty());
            Answer answer = answered(() -> format.write(checkpoint, target));
            if (answer.accepted()) {
                return format.read(target, scope.manager()).config().variant().equals(STRANGER) ? List.of() : List.of("a stranger's variant became another one");
            }
            if (!answer.isSentence() || !answer.text().contains(STRANGER)) {
                return List.of("a stranger's variant: " + answer.text());
            }
            return Files.exists(target) ? List.of("a stranger's variant was refused, and something was written") : List.of();
        }
    }

    /**
     * Reads copies of a checkpoint whose files are cut short, have changed bytes or are missing, and ones with one tensor or setting changed, see
     * {@link ChangedCheckpoints}.
     *
     * @param scratch a folder for the copies
     * @return what was answered with something else than a sentence, and what was believed although a tensor could not be right
     */
    public static List<String> damage(CheckpointFormat format, Path checkpoint, Path scratch, long seed) throws RefractException, IOException {
        List<String> found = new ArrayList<>();
        Random random = new Random(seed);
        List<Path> files = filesOf(checkpoint);
        for (Path file : files) {
            byte[] sound = Files.readAllBytes(file);
            for (int round = 0; round < DAMAGES; round++) {
                byte[] bytes = switch (round % 3) {
                    case 0 -> Arrays.copyOf(sound, random.nextInt(sound.length));
                    case 1 -> changed(sound, Math.min(sound.length, 1024), random);
                    default -> changed(sound, sound.length, random);
                };
                Path copy = copied(checkpoint, files, scratch);
                Files.write(place(copy, checkpoint, file), bytes);
                answer(format, copy).filter(a -> !a.isSentence()).ifPresent(a -> found.add(file.getFileName() + ", damage " + a.text()));
            }
            Path copy = copied(checkpoint, files, scratch);
            Files.delete(place(copy, checkpoint, file));
            answer(format, copy).filter(a -> !a.isSentence()).ifPresent(a -> found.add("without " + file.getFileName() + ": " + a.text()));
        }
        found.addAll(wrongTensors(format, checkpoint, scratch));
        found.addAll(changed(format, checkpoint, files, scratch));
        return found;
    }

    private static List<String> changed(CheckpointFormat format, Path checkpoint, List<Path> files, Path scratch) throws RefractException, IOException {
        List<String> found = new ArrayList<>();
        Path copy = copied(checkpoint, files, scratch);
        try (Scope scope = Scope.open(Placement.CPU)) {
            ChangedCheckpoints changes = new ChangedCheckpoints(format.read(copy, scope.manager()), scope.manager());
            for (Path file : files) {
                Path its = place(copy, checkpoint, file);
                changes.differences(its, () -> format.read(copy, scope.manager())).forEach(what -> found.add(file.getFileName() + ", " + what));
            }
        }
        return found;
    }

    /** Where a file of a checkpoint is in its copy. */
    private static Path place(Path copy, Path checkpoint, Path file) {
        return file.equals(checkpoint) ? copy : copy.resolve(checkpoint.relativize(file));
    }

    private static byte[] changed(byte[] sound, int within, Random random) {
        byte[] bytes = sound.clone();
        for (int i = 0; i < 4; i++) {
            bytes[random.nextInt(within)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static List<String> wrongTensors(CheckpointFormat format, Path checkpoint, Path scratch) throws RefractException, IOException {
        List<String> found = new ArrayList<>();
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(checkpoint, scope.manager());
            for (Map.Entry<String, NDArray> tensor : read.tensors().entrySet()) {
                long[] shape = tensor.getValue().getShape().getShape();
                if (shape.length == 0 || shape.length == 2 && shape[0] == shape[1]) {
                    continue;
                }
                NDManager manager = scope.manager();
                NDArray wrong = shape.length == 2 ? Weights.transposed(manager, tensor.getValue()) : Tensors.zeros(manager, shape[0] + 1);
                Map<String, NDArray> tensors = new LinkedHashMap<>(read.tensors());
                tensors.put(tensor.getKey(), wrong);
                Path target = scratch.resolve("wrong-" + tensor.getKey());
                Answer answer = answered(() -> {
                    format.write(new Checkpoint(read.config(), tensors, read.provenance()), target);
                    format.read(target, manager);
                });
                if (!answer.isSentence()) {
                    found.add(tensor.getKey() + " of another shape: " + answer.text());
                } else if (answer.accepted() && !SaeForm.STATISTICS.contains(tensor.getKey())) {
                    found.add(tensor.getKey() + " of another shape was believed");
                }
            }
        }
        return found;
    }

    /** What came of reading. */
    record Answer(boolean accepted, boolean isSentence, String text) {
    }

    interface Reading {
        void run() throws RefractException;
    }

    static Answer answered(Reading reading) {
        try {
            reading.run();
            return new Answer(true, true, "");
        } catch (RefractException e) {
            boolean sentence = e.getMessage() != null && !e.getMessage().isBlank() && !e.getMessage().contains("\n");
            return new Answer(false, sentence, String.valueOf(e.getMessage()));
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            return new Answer(false, false, e.toString());
        }
    }

    private static java.util.Optional<Answer> answer(CheckpointFormat format, Path copy) {
        try (Scope scope = Scope.open(Placement.CPU)) {
            return java.util.Optional.of(answered(() -> {
                if (format.recognises(copy)) {
                    format.read(copy, scope.manager());
                }
            }));
        }
    }

    private static List<Path> filesOf(Path checkpoint) throws IOException {
        if (Files.isRegularFile(checkpoint)) {
            return List.of(checkpoint);
        }
        try (var inside = Files.list(checkpoint)) {
            return inside.filter(f -> Files.isRegularFile(f) && !f.getFileName().toString().startsWith("golden")).sorted().toList();
        }
    }

    private static Path copied(Path checkpoint, List<Path> files, Path scratch) throws IOException {
        Path copy = scratch.resolve("damaged").resolve(checkpoint.getFileName());
        Files.createDirectories(copy.getParent());
        if (Files.isRegularFile(checkpoint)) {
            Files.write(copy, Files.readAllBytes(checkpoint));
            return copy;
        }
        Files.createDirectories(copy);
        for (Path file : files) {
            Files.write(copy.resolve(file.getFileName()), Files.readAllBytes(file));
        }
        return copy;
    }
}
