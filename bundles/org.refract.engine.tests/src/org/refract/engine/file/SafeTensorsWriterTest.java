package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.file.SafeTensorsWriter.Declaration;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

class SafeTensorsWriterTest {

    @TempDir Path folder;

    private final Scope scope = Scope.open(Placement.CPU);

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void tensorsAreWrittenPieceByPieceInAnyOrder() throws RefractException {
        Path file = folder.resolve("x.safetensors");
        List<Declaration> plan = List.of(Declaration.of("small", TorchType.BFLOAT16, 4), Declaration.of("rows", TorchType.FLOAT32, 4, 2));
        try (SafeTensorsWriter writer = SafeTensorsWriter.create(file, Map.of(), plan)) {
            writer.append("small", rows(1, 2));
            writer.append("rows", rows(1, 2, 3, 4));
            writer.append("small", rows(3, 4));
            writer.append("rows", rows(5, 6, 7, 8));
            writer.commit();
        }
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, tensors.floats("rows"));
            assertArrayEquals(new float[] {1, 2, 3, 4}, tensors.floats("small"));
        }
    }

    @Test
    void aTensorThatIsNotContiguousIsWrittenInItsOrder() throws RefractException {
        Path file = folder.resolve("x.safetensors");
        SafeTensorsWriter.write(file, Map.of(), Map.of("t", Tensors.of(scope.manager(), new float[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose()));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, tensors.floats("t"));
        }
    }

    @Test
    void aFileThatIsNotCommittedIsNotThere() throws Exception {
        Path file = folder.resolve("x.safetensors");
        try (SafeTensorsWriter writer = SafeTensorsWriter.create(file, Map.of(), List.of(Declaration.of("x", TorchType.FLOAT32, 2)))) {
            writer.append("x", rows(1, 2));
        }
        assertEquals(0, entries());
    }

    @Test
    void anIncompleteTensorIsNotCommitted() throws Exception {
        Path file = folder.resolve("x.safetensors");
        try (SafeTensorsWriter writer = SafeTensorsWriter.create(file, Map.of(), List.of(Declaration.of("x", TorchType.FLOAT32, 3)))) {
            writer.append("x", rows(1, 2));
            assertThrows(IllegalStateException.class, writer::commit);
            assertThrows(IllegalArgumentException.class, () -> writer.append("x", rows(3, 4)));
            assertThrows(IllegalArgumentException.class, () -> writer.append("y", ByteBuffer.allocate(0)));
        }
        assertEquals(0, entries());
    }

    @Test
    void aLargeTensorIsWrittenInPieces() throws RefractException {
        Path file = folder.resolve("x.safetensors");
        NDArray large = scope.manager().ones(new ai.djl.ndarray.types.Shape(5, 1 << 22));
        SafeTensorsWriter.write(file, Map.of(), Map.of("x", large));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertEquals(5 << 22, Tensors.scalar(tensors.read("x", scope.manager()).sum()));
        }
    }

    private NDArray rows(float... values) {
        return Tensors.of(scope.manager(), values);
    }

    private long entries() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
