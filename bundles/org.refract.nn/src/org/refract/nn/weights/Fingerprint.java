package org.refract.nn.weights;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.refract.api.RefractException;
import org.refract.engine.Locations;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.Sha256;
import org.refract.engine.tensor.DeviceExecutor;
import org.refract.nn.Parameter;

/**
 * A hash over the names, dtypes, shapes and bytes of all weights of a model and of what is added to them. Names and shapes are the module
 * tree's, so the same weights have the same fingerprint in a folder, in shards and in a single file. It is remembered in the cache folder
 * under the files' paths, sizes and times, so that gigabytes are read once; whatever is remembered was found to be numbers throughout.
 */
public final class Fingerprint {

    /** What was remembered of fingerprints computed in another way is not found. */
    private static final String SCHEME = "by weight\n";

    private Fingerprint() {
    }

    /**
     * @param parts the weights of each part by the part's name
     * @param added files that change the weights, by words that say how ("lora 0.5 of"); their bytes are hashed
     */
    public static String of(Map<String, FoundWeights> parts, List<Added> added) throws RefractException {
        String state = sha256().of(state(parts, added));
        Path remembered = new Locations().cache().resolve("fingerprints").resolve(state + ".json");
        Optional<String> known = recall(remembered);
        if (known.isPresent()) {
            return known.get();
        }
        String fingerprint = compute(parts, added);
        remember(remembered, fingerprint);
        return fingerprint;
    }

    /**
     * A file that changes the weights.
     *
     * @param how  what is done with it
     * @param file the file
     */
    public record Added(String how, Path file) {
    }

    private static String state(Map<String, FoundWeights> parts, List<Added> added) throws RefractException {
        StringBuilder state = new StringBuilder(SCHEME);
        for (var part : new TreeMap<>(parts).entrySet()) {
            for (Path file : part.getValue().files()) {
                state.append(part.getKey()).append('\n').append(state(file));
            }
        }
        for (Added one : added) {
            state.append(one.how()).append('\n').append(state(one.file()));
        }
        return state.toString();
    }

    private static String state(Path file) throws RefractException {
        try {
            return "%s%n%d%n%d%n".formatted(file.toRealPath(), Files.size(file), Files.getLastModifiedTime(file).toMillis());
        } catch (IOException e) {
            throw RefractException.usage("%s cannot be read (%s); check the file.", file, e.getMessage());
        }
    }

    private static String compute(Map<String, FoundWeights> parts, List<Added> added) throws RefractException {
        Digest digest = sha256();
        for (String line : lines(parts)) {
            digest.text(line);
        }
        for (Added one : added) {
            digest.text("%s %s\n".formatted(one.how(), Sha256.of(one.file())));
        }
        return "sha256:" + digest.hex();
    }

    /** A line for each weight, with the hash of its bytes; large ones are hashed side by side. */
    private static List<String> lines(Map<String, FoundWeights> parts) throws RefractException {
        List<Future<String>> lines = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(DeviceExecutor.wantedThreads())) {
            for (FoundWeights part : new TreeMap<>(parts).values()) {
                for (Parameter weight : part.origins().keySet().stream().sorted(Comparator.comparing(Parameter::path)).toList()) {
                    lines.add(threads.submit(() -> {
                        Digest digest = sha256();
                        part.digest(weight, digest.digest());
                        return "%s %s %s %s\n".formatted(weight.path(), part.dtype(weight), Arrays.toString(weight.shape()), digest.hex());
                    }));
                }
            }
            List<String> done = new ArrayList<>();
            for (Future<String> line : lines) {
                done.add(line.get());
            }
            return done;
        } catch (ExecutionException e) {
            lines.forEach(line -> line.cancel(true));
            if (e.getCause() instanceof RefractException sentence) {
                throw sentence;
            }
            if (e.getCause() instanceof InternalError) {
                throw RefractException.failure(e, "A file of weights became shorter while it was read, or its disk failed; get it again.");
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while weights were read", e);
        }
    }

    private static Optional<String> recall(Path file) {
        try {
            return Files.isRegularFile(file) && JsonParser.parseString(Files.readString(file)) instanceof JsonObject json && json.has("fingerprint")
                    ? Optional.of(json.get("fingerprint").getAsString())
                    : Optional.empty();
        } catch (IOException | JsonParseException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** A cache that cannot be written costs time, not the work. */
    private static void remember(Path file, String fingerprint) {
        JsonObject json = new JsonObject();
        json.addProperty("fingerprint", fingerprint);
        try {
            Files.createDirectories(file.getParent());
            AtomicFile.write(file, json.toString());
        } catch (IOException | RefractException e) {
            System.getLogger(Fingerprint.class.getName()).log(System.Logger.Level.DEBUG, "fingerprint not remembered", e);
        }
    }

    private static Digest sha256() {
        return new Digest(Sha256.digest());
    }

    private record Digest(MessageDigest digest) {
        private String of(String text) {
            text(text);
            return hex();
        }

        private void text(String text) {
            digest.update(text.getBytes(StandardCharsets.UTF_8));
        }

        private String hex() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
