package org.refract.engine.request;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.Request;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;

/**
 * A {@link Request} in a file: JSON, and its tensors in a safetensors file of the same name beside it. {@code draw.json}:
 *
 * <pre>{"kind": "image", "prompts": ["a red heart"], "seeds": [1], "steps": 1, "guidance": 0.0, "height": 64, "width": 64}</pre>
 */
public final class RequestFile {

    private static final String ENDING = ".json";
    private static final String TENSORS = ".safetensors";

    private RequestFile() {
    }

    /**
     * The written form of a request without tensors.
     *
     * @throws RefractException if it holds tensors, for which there is no file here
     */
    public static JsonObject json(Request request) throws RefractException {
        return WrittenRequest.of(request, (name, tensor) -> {
            throw RefractException.usage("A request that holds '%s' can only be written to a file.", name);
        });
    }

    /**
     * The same in one line, for a field of another file.
     *
     * @throws RefractException if it holds tensors
     */
    public static String line(Request request) throws RefractException {
        return json(request).toString();
    }

    /**
     * Reads a request that was written without tensors.
     *
     * @throws RefractException if it is none, or speaks of tensors
     */
    public static Request read(Json json) throws RefractException {
        return ReadRequest.of(json, name -> {
            throw RefractException.usage("The request speaks of the tensor '%s', which only lies beside a request in a file of its own.", name);
        });
    }

    /**
     * Writes a request, its tensors first.
     *
     * @param file ends in {@code .json}
     * @throws RefractException if it cannot be written
     */
    public static void write(Path file, Request request) throws RefractException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        JsonObject json = WrittenRequest.of(request, tensors::put);
        Path beside = beside(file);
        if (!tensors.isEmpty()) {
            SafeTensorsWriter.write(beside, Map.of(), tensors);
        }
        AtomicFile.write(file, Json.text(json));
    }

    /**
     * Reads a request.
     *
     * @param owner owns its tensors
     * @throws RefractException if it is none, or lacks a tensor that it speaks of
     */
    public static Request read(Path file, NDManager owner) throws RefractException {
        Json json = Json.read(file);
        Path beside = beside(file);
        if (!Files.isRegularFile(beside)) {
            return ReadRequest.of(json, name -> {
                throw RefractException.usage("%s speaks of the tensor '%s', and %s is not there.", file, name, beside);
            });
        }
        try (SafeTensors tensors = SafeTensors.open(beside)) {
            return ReadRequest.of(json, name -> tensors.read(name, owner));
        }
    }

    private static Path beside(Path file) throws RefractException {
        String name = file.getFileName().toString();
        if (!name.endsWith(ENDING)) {
            throw RefractException.usage("A request's file ends in %s; '%s' does not.", ENDING, name);
        }
        return file.resolveSibling(name.substring(0, name.length() - ENDING.length()) + TENSORS);
    }
}
