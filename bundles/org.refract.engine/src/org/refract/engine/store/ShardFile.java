package org.refract.engine.store;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.Sha256;

/**
 * One immutable safetensors file and the small JSON file beside it that says how long it is and what its SHA-256 is. The second is written
 * after the first, so a shard is there when both are.
 *
 * @param folder where it lies
 * @param prefix first part of its name, {@code shard} or {@code images}
 * @param index its number
 */
record ShardFile(Path folder, String prefix, int index) {

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
        json.addProperty("sha256", Sha256.of(tensors()));
        AtomicFile.write(seal(), Json.text(json));
    }

    /**
     * Compares the whole file with its seal.
     *
     * @throws RefractException if a byte differs
     */
    void verify() throws RefractException {
        Seal seal = find().orElseThrow(() -> RefractException.usage("%s is missing: record the shard again.", seal()));
        if (!Sha256.of(tensors()).equals(seal.sha256())) {
            throw RefractException.usage("%s is damaged (its SHA-256 is not the recorded one): delete it and harvest again, only this shard"
                    + " is made anew.", tensors());
        }
    }
}
