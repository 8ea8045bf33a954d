package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Tensors;
import org.refract.nn.ConfigFile;

/** A set of reference values of the layout that its README describes; nothing of its contents is known here. */
public final class ReferenceSet {

    /** README of the set: single forward passes. */
    public static final double FORWARD = 1e-4;
    /** README of the set: latents of whole runs. */
    public static final double LATENTS = 2e-3;
    /** README of the set: pictures of whole runs. */
    public static final double IMAGE = 1e-3;

    private ReferenceSet() {
    }

    public static Path folder() throws RefractException {
        return new Locations().reference("sdxl");
    }

    public static Path file(String name) throws RefractException {
        return folder().resolve(name);
    }

    public static SafeTensors tensors(String name) throws RefractException {
        return SafeTensors.open(file(name));
    }

    public static JsonElement json(String name) throws RefractException, IOException {
        return JsonParser.parseString(Files.readString(file(name)));
    }

    /** Files of the set whose names begin so, without the ending. */
    public static List<String> named(String prefix) throws RefractException, IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(f -> f.getFileName().toString()).filter(n -> n.startsWith(prefix) && n.endsWith(".safetensors"))
                    .map(n -> n.substring(0, n.length() - ".safetensors".length())).sorted().toList();
        }
    }

    /** The folder of the base model. */
    public static Path base() throws RefractException, IOException {
        return model(false);
    }

    /** The folder of the refiner. */
    public static Path refiner() throws RefractException, IOException {
        return model(true);
    }

    private static Path model(boolean refiner) throws RefractException, IOException {
        try (Stream<Path> folders = Files.list(folder())) {
            for (Path candidate : folders.filter(f -> Files.isRegularFile(f.resolve("model_index.json"))).sorted().toList()) {
                if (ConfigFile.read(candidate.resolve("model_index.json")).flag("requires_aesthetics_score", false) == refiner) {
                    return candidate;
                }
            }
        }
        throw new IOException("the set in " + folder() + " has no " + (refiner ? "refiner" : "base model"));
    }

    /** Asserts that a tensor has the shape and, within an absolute tolerance, the values of a stored one. */
    public static double assertNear(SafeTensors golden, String name, NDArray actual, double tolerance) throws RefractException {
        assertArrayEquals(golden.info(name).shape().getShape(), actual.getShape().getShape(), name);
        return assertNear(name, golden.floats(name), Tensors.floats(actual), tolerance);
    }

    public static double assertNear(String name, float[] expected, float[] actual, double tolerance) {
        assertEquals(expected.length, actual.length, name);
        double largest = largestDifference(expected, actual);
        assertTrue(largest <= tolerance, () -> name + " differs by " + largest + ", allowed are " + tolerance);
        return largest;
    }

    public static double largestDifference(float[] expected, float[] actual) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs(expected[i] - actual[i]);
            largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
        }
        return largest;
    }

    /** A stored tensor in its own dtype. */
    public static NDArray read(SafeTensors golden, String name, NDManager owner) throws RefractException {
        return golden.read(name, owner);
    }
}
