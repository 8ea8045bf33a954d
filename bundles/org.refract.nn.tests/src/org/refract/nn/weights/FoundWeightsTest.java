package org.refract.nn.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.model.Layout;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.nn.Parameter;
import org.refract.nn.layer.Linear;

class FoundWeightsTest {

    /** A file that cannot be read any more once its names are known. */
    private record Gone(Map<String, StoredWeight> weights) implements WeightFile {
        @Override
        public Path location() {
            return Path.of("gone.safetensors");
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }

        @Override
        public boolean stayReadable(Scope owner) {
            return true;
        }

        @Override
        public NDArray read(String name, NDManager out) throws RefractException {
            throw RefractException.failure("gone.safetensors is not there any more.");
        }

        @Override
        public Optional<NDArray> readAlone(String name, NDManager out) {
            return Optional.empty();
        }

        @Override
        public MemorySegment bytes(String name) throws RefractException {
            throw RefractException.failure("gone.safetensors is not there any more.");
        }

        @Override
        public void close() {
        }
    }

    @Test
    void aWeightThatCannotBeReadWhenItIsNeededKeepsItsSentence() throws Exception {
        Linear layer = new Linear("layer", 2, 2, false, Layout.VECTOR);
        Parameter weight = layer.parameters().findFirst().orElseThrow();
        Map<String, StoredWeight> stored = new LinkedHashMap<>(Map.of("weight", new StoredWeight("weight", "F32", new Shape(2, 2), Path.of("gone.safetensors"))));
        try (Scope scope = Scope.open(Placement.CPU)) {
            new FoundWeights(new Gone(stored), Map.of(weight, Origin.of("weight"))).fill(scope, WeightChanges.NONE);
            assertEquals("gone.safetensors is not there any more.", assertThrows(WeightFailure.class, weight::value).sentence().getMessage());
        }
    }
}
