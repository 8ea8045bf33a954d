package org.refract.engine.store;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.Json;

/**
 * One immutable safetensors file and the small JSON file beside it that says how long it is and what its SHA-256 is. The second is written
 * after the first, so a shard is there when both are.
 *
 * @param folder where it lies
 * @param prefix first part of its name, {@code shard} or {@code images}
 * @param index its number
 */
record ShardFile(Path folder, String prefix, int index) {

    private static final int PIECE = 1 << 20;

    /** {@code shard-00012.safetensors}. */
    Path tensors() {
        return folder.resolve("%s-%05d.safetensors".formatted(prefix, index));
    }

    /** {@code shard-00012.json}. */
    Path seal() {
        return folder.resolve("%s-%05d.json".formatted(prefix, index));
    }

    /**
     * What the seal says.
     *
     * @param recordings how many recordings the shard holds
     * @param bytes length of the file
     * @param sha256 in hexadecimal
     */
    record Seal(int recordings, long bytes, String sha256) {
    }

    /** Whether the shard is there, whole by its length. */
    boolean isComplete() {
        try {
            Optional<Seal> seal = find();
            return seal.isPresent() && Files.size(tensors()) == seal.get().bytes();
        } catch (RefractException | IOException e) {
            return false;
        }
    }

    /** The seal; empty if there is none yet. */
    Optional<Seal> find() throws RefractException {
        if (!Files.exists(seal())) {
            return Optional.empty();
        }
        Json json = Json.read(seal());
        long bytes = json.at("bytes").integer();
        return Optional.of(new Seal(json.at("recordings").integer(1, Integer.MAX_VALUE), bytes, json.at("sha256").text()));
    }

    /** Writes the seal of a finished file. */
    void write(int recordings) throws RefractException {
        JsonObject json = new JsonObject();
        json.addProperty("recordings", recordings);
        try {
            json.addProperty("bytes", Files.size(tensors()));
        } catch (IOException e) {
            throw FileFailure.reading(tensors(), e);
        }
        json.addProperty("sha256", sha256());
        AtomicFile.write(seal(), Json.text(json));
    }

    /**
     * Compares the whole file with its seal.
     *
     * @throws RefractException if a byte differs
     */
    void verify() throws RefractException {
        Seal seal = find().orElseThrow(() -> RefractException.failure("%s is missing: record the shard again.", seal()));
        if (!sha256().equals(seal.sha256())) {
            throw RefractException.failure("%s is damaged (its SHA-256 is not the recorded one): delete it and harvest again, only this shard"
                    + " is made anew.", tensors());
        }
    }

    private String sha256() throws RefractException {
        try (FileChannel channel = FileChannel.open(tensors(), StandardOpenOption.READ)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ByteBuffer piece = ByteBuffer.allocate(PIECE);
            while (channel.read(piece) >= 0) {
                digest.update(piece.flip());
                piece.clear();
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw FileFailure.reading(tensors(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
