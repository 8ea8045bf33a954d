package org.refract.model.sdxl;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.engine.Locations;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.TensorInfo;
import org.refract.model.sdxl.nn.Checkpoint;

/**
 * A hash over the names, dtypes, shapes and bytes of all weights of a model. It is remembered in the cache folder under the files' paths,
 * sizes and times, so that gigabytes are read once.
 */
final class Fingerprint {

    private static final long CHUNK = 1L << 26;

    private Fingerprint() {
    }

    /** @param parts the weights of each part by the part's name */
    static String of(Map<String, Checkpoint> parts) throws RefractException {
        String state = sha256().of(state(parts));
        Path remembered = new Locations().cache().resolve("fingerprints").resolve(state + ".json");
        Optional<String> known = recall(remembered);
        if (known.isPresent()) {
            return known.get();
        }
        String fingerprint = compute(parts);
        remember(remembered, fingerprint);
        return fingerprint;
    }

    private static String state(Map<String, Checkpoint> parts) throws RefractException {
        StringBuilder state = new StringBuilder();
        for (var part : new TreeMap<>(parts).entrySet()) {
            for (Path file : part.getValue().files()) {
                try {
                    state.append(part.getKey()).append('\n').append(file.toRealPath()).append('\n').append(Files.size(file)).append('\n')
                            .append(Files.getLastModifiedTime(file).toMillis()).append('\n');
                } catch (IOException e) {
                    throw RefractException.usage("%s cannot be read (%s); check the file.", file, e.getMessage());
                }
            }
        }
        return state.toString();
    }

    private static String compute(Map<String, Checkpoint> parts) throws RefractException {
        Digest digest = sha256();
        for (var part : new TreeMap<>(parts).entrySet()) {
            for (TensorInfo tensor : new TreeMap<>(part.getValue().tensors()).values()) {
                digest.text("%s/%s %s %s%n".formatted(part.getKey(), tensor.name(), tensor.dtype(), tensor.shape()).replace("\r", ""));
                digest.bytes(part.getValue().bytes(tensor));
            }
        }
        return "sha256:" + digest.hex();
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
        try {
            return new Digest(MessageDigest.getInstance("SHA-256"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private record Digest(MessageDigest digest) {
        private String of(String text) {
            text(text);
            return hex();
        }

        private void text(String text) {
            digest.update(text.getBytes(StandardCharsets.UTF_8));
        }

        private void bytes(MemorySegment bytes) {
            for (long from = 0; from < bytes.byteSize(); from += CHUNK) {
                digest.update(bytes.asSlice(from, Math.min(CHUNK, bytes.byteSize() - from)).asByteBuffer());
            }
        }

        private String hex() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
