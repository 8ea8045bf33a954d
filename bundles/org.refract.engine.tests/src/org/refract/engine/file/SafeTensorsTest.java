package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

class SafeTensorsTest {

    @TempDir Path folder;

    private final Scope scope = Scope.open(Placement.CPU);

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @EnumSource(TorchType.class)
    void everyElementTypeIsWrittenAndReadBack(TorchType type) throws RefractException {
        NDArray x = DTypes.cast(Tensors.of(scope.manager(), new float[] {0, 1, 1, 0, 1, 0}, 2, 3), type);
        Path file = folder.resolve("x.safetensors");
        SafeTensorsWriter.write(file, Map.of("made", "here"), Map.of("x", x));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertEquals(Map.of("made", "here"), tensors.metadata());
            assertEquals(type, tensors.info("x").type().orElseThrow());
            NDArray back = tensors.read("x", scope.manager());
            assertEquals(type, DTypes.of(back));
            assertArrayEquals(new long[] {2, 3}, back.getShape().getShape());
            assertArrayEquals(new float[] {0, 1, 1, 0, 1, 0}, Tensors.floats(back));
            assertEquals(6L * type.bytes(), tensors.bytes("x").byteSize());
        }
    }

    @Test
    void tensorsOfSeveralTypesShareAFileInTheOrderOfTheirAlignment() throws RefractException {
        Map<String, NDArray> all = new LinkedHashMap<>();
        for (TorchType type : TorchType.values()) {
            all.put(type.name(), DTypes.cast(Tensors.of(scope.manager(), new float[] {1, 0, 1}), type));
        }
        all.put("scalar", Tensors.of(scope.manager(), new float[] {7}));
        all.put("empty", Tensors.zeros(scope.manager(), 0, 4));
        SafeTensorsWriter.write(folder.resolve("all.safetensors"), Map.of(), all);
        try (SafeTensors tensors = SafeTensors.open(folder.resolve("all.safetensors"))) {
            assertEquals(all.keySet(), Set.copyOf(tensors.names()));
            for (TorchType type : TorchType.values()) {
                assertEquals(0, tensors.info(type.name()).offset() % type.bytes());
                assertArrayEquals(new float[] {1, 0, 1}, tensors.floats(type.name()));
            }
            assertArrayEquals(new float[] {7}, tensors.floats("scalar"));
            assertArrayEquals(new long[] {0, 4}, tensors.read("empty", scope.manager()).getShape().getShape());
        }
    }

    @Test
    void theSameTensorsGiveTheSameBytes() throws Exception {
        Map<String, NDArray> tensors = Map.of("a", Tensors.zeros(scope.manager(), 3), "b", Tensors.of(scope.manager(), new long[] {1, 2}));
        SafeTensorsWriter.write(folder.resolve("one"), Map.of("k", "v", "a", "b"), tensors);
        SafeTensorsWriter.write(folder.resolve("two"), Map.of("a", "b", "k", "v"), tensors);
        assertEquals(-1, Files.mismatch(folder.resolve("one"), folder.resolve("two")));
    }

    @Test
    void aTensorOutlivesTheFileThatItLooksAt() throws RefractException {
        Path file = folder.resolve("x.safetensors");
        SafeTensorsWriter.write(file, Map.of(), Map.of("x", Tensors.of(scope.manager(), new float[] {1, 2, 3})));
        NDArray kept;
        try (SafeTensors tensors = SafeTensors.open(file)) {
            kept = tensors.read("x", scope.manager());
        }
        assertArrayEquals(new float[] {1, 2, 3}, Tensors.floats(kept));
    }

    @Test
    void aTensorIsReadThroughAMappingOfItsOwnAsLongAsTheFileIsTheSame() throws Exception {
        Path file = folder.resolve("x.safetensors");
        Map<String, NDArray> both = Map.of("x", Tensors.of(scope.manager(), new float[] {1, 2, 3}), "y", Tensors.of(scope.manager(), new float[] {4, 5}));
        SafeTensorsWriter.write(file, Map.of(), both);
        SafeTensors tensors = SafeTensors.open(file);
        tensors.close();
        assertArrayEquals(new float[] {1, 2, 3}, Tensors.floats(tensors.readAlone("x", scope.manager()).orElseThrow()));
        assertArrayEquals(new float[] {4, 5}, Tensors.floats(tensors.readAlone("y", scope.manager()).orElseThrow()));
        SafeTensorsWriter.write(file, Map.of("changed", "yes"), both);
        assertTrue(tensors.readAlone("x", scope.manager()).isEmpty());
        Files.delete(file);
        assertTrue(tensors.readAlone("x", scope.manager()).isEmpty());
    }

    @Test
    void whatStaysReadableIsReadAfterTheFileWasClosedAndDeleted() throws Exception {
        Path file = folder.resolve("x.safetensors");
        NDArray half = DTypes.cast(Tensors.of(scope.manager(), new float[] {4, 5, 6}), TorchType.FLOAT16);
        SafeTensorsWriter.write(file, Map.of(), Map.of("x", Tensors.of(scope.manager(), new float[] {1, 2, 3}), "h", half));
        try (Scope owner = scope.child()) {
            SafeTensors tensors = SafeTensors.open(file);
            tensors.stayReadable(owner);
            tensors.close();
            Files.delete(file);
            assertArrayEquals(new float[] {1, 2, 3}, Tensors.floats(tensors.read("x", scope.manager())));
            assertArrayEquals(new float[] {4, 5, 6}, Tensors.floats(tensors.read("h", scope.manager())));
        }
    }

    @Test
    void aPathMayHoldSpacesAndAnyLetters() throws RefractException {
        Path file = folder.resolve("a model ♥ 模型/ü.safetensors");
        SafeTensorsWriter.write(file, Map.of("prompt", "ein Affe, \u2028 \"zitiert\""), Map.of("gewicht ♥", Tensors.of(scope.manager(), new float[] {1, 2, 3})));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertArrayEquals(new float[] {1, 2, 3}, tensors.floats("gewicht ♥"));
            assertEquals("ein Affe, \u2028 \"zitiert\"", tensors.metadata().get("prompt"));
        }
    }

    @Test
    void writingIntoATensorLeavesTheFileAsItWas() throws Exception {
        Path file = folder.resolve("x.safetensors");
        SafeTensorsWriter.write(file, Map.of(), Map.of("x", Tensors.of(scope.manager(), new float[] {1, 2, 3})));
        byte[] before = Files.readAllBytes(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            NDArray x = tensors.read("x", scope.manager());
            x.addi(5);
            assertArrayEquals(new float[] {6, 7, 8}, Tensors.floats(x));
        }
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void anUnalignedTensorIsReadToo() throws Exception {
        ByteBuffer data = ByteBuffer.allocate(13).order(ByteOrder.LITTLE_ENDIAN).put((byte) 9).putFloat(1).putFloat(-2).putFloat(.5f);
        Path file = file("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[1,13]}}", data.array());
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertArrayEquals(new float[] {1, -2, .5f}, tensors.floats("b"));
            assertArrayEquals(new long[] {9}, tensors.longs("a"));
        }
    }

    @Test
    void aTensorIsReadInTheTypeThatIsAskedFor() throws RefractException {
        Path file = folder.resolve("x.safetensors");
        NDArray half = DTypes.cast(Tensors.of(scope.manager(), new float[] {1, 2}), TorchType.BFLOAT16);
        SafeTensorsWriter.write(file, Map.of(), Map.of("x", half, "n", Tensors.of(scope.manager(), new long[] {4})));
        try (SafeTensors tensors = SafeTensors.open(file); Scope fp16 = Scope.open(new Placement("cpu", Placement.DType.FP16))) {
            assertEquals(TorchType.FLOAT16, DTypes.of(tensors.read("x", fp16)));
            assertEquals(TorchType.INT64, DTypes.of(tensors.read("n", fp16)));
        }
    }

    @Test
    void aTensorBeyondTwoGigabytesIsRead() throws Exception {
        long rows = 600_000_000;
        String header = "{\"big\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]},\"last\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[%d,%d]}}"
                .formatted(rows, rows * 4, rows * 4, rows * 4 + 4);
        Path file = file(header, new byte[0]);
        long start = Files.size(file);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(start + rows * 4 + 4);
            sparse.seek(start + (rows - 1) * 4);
            sparse.write(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0x40, (byte) 0x80, 0x3f});
        }
        try (SafeTensors tensors = SafeTensors.open(file)) {
            NDArray big = tensors.read("big", scope.manager());
            assertEquals(rows, big.getShape().get(0));
            assertEquals(1, Tensors.scalar(big.get(new ai.djl.ndarray.index.NDIndex("{}", rows - 1))));
            assertEquals(1f, tensors.bytes("big").get(ValueLayout.JAVA_FLOAT_UNALIGNED, (rows - 1) * 4));
            assertArrayEquals(new float[] {2, 1}, tensors.floats("last"));
        }
    }

    @Test
    void filesThatAnIndexTiesTogetherAreOne() throws Exception {
        shards();
        try (SafeTensors tensors = SafeTensors.open(folder)) {
            assertEquals(Set.of("a", "b"), Set.copyOf(tensors.names()));
            assertEquals("12", tensors.metadata().get("total_size"));
            assertArrayEquals(new float[] {2}, tensors.floats("b"));
        }
    }

    @Test
    void aMissingShardIsNamed() throws Exception {
        shards();
        Files.delete(folder.resolve("model-2.safetensors"));
        String said = assertThrows(RefractException.class, () -> SafeTensors.open(folder)).getMessage();
        assertTrue(said.contains("incomplete") && said.contains("model-2.safetensors"), said);
    }

    @ParameterizedTest
    @MethodSource("indices")
    void aHostileIndexIsRefused(String index, String reason) throws Exception {
        shards();
        Files.writeString(folder.resolve("model.safetensors.index.json"), index);
        String said = assertThrows(RefractException.class, () -> SafeTensors.open(folder)).getMessage();
        assertTrue(said.contains(reason), said);
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> indices() {
        return Stream.of(
                        new String[] {"{\"weight_map\":{\"a\":\"../model-1.safetensors\"}}", "does not lie in its folder"},
                        new String[] {"{\"weight_map\":{\"a\":\"/etc/passwd\"}}", "does not lie in its folder"},
                        new String[] {"{\"weight_map\":{\"a\":\"..\\\\model-1.safetensors\"}}", "does not lie in its folder"},
                        new String[] {"{\"weight_map\":{\"a\":\"\\ud800\"}}", "does not lie in its folder"},
                        new String[] {"{\"weight_map\":{\"a\":\"a\\u0000\"}}", "does not lie in its folder"},
                        new String[] {"{\"weight_map\":{\"c\":\"model-1.safetensors\"}}", "which it does not"},
                        new String[] {"{\"weight_map\":[]}", "'weight_map' should be an object"},
                        new String[] {"{}", "lacks 'weight_map'"},
                        new String[] {"{\"weight_map\":{\"a\":3}}", "should be a text"},
                        new String[] {"[", "not a valid JSON file"})
                .map(a -> org.junit.jupiter.params.provider.Arguments.of(a[0], a[1]));
    }

    @Test
    void aFolderWithoutOrWithSeveralFilesIsRefused() throws Exception {
        String none = assertThrows(RefractException.class, () -> SafeTensors.open(folder)).getMessage();
        assertTrue(none.contains("holds no .safetensors file"), none);
        SafeTensorsWriter.write(folder.resolve("a.safetensors"), Map.of(), Map.of("a", Tensors.zeros(scope.manager(), 1)));
        SafeTensors.open(folder).close();
        SafeTensorsWriter.write(folder.resolve("b.safetensors"), Map.of(), Map.of("b", Tensors.zeros(scope.manager(), 1)));
        String two = assertThrows(RefractException.class, () -> SafeTensors.open(folder)).getMessage();
        assertTrue(two.contains("holds 2 .safetensors files"), two);
    }

    @Test
    void aMissingFileOrTensorIsNamed() throws RefractException {
        Path file = folder.resolve("x.safetensors");
        assertEquals("There is no file " + file + ".", assertThrows(RefractException.class, () -> SafeTensors.open(file)).getMessage());
        SafeTensorsWriter.write(file, Map.of(), Map.of("x", Tensors.zeros(scope.manager(), 1)));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertEquals(file + " holds no tensor 'y'.", assertThrows(RefractException.class, () -> tensors.read("y", scope.manager())).getMessage());
            assertFalse(tensors.has("y"));
        }
    }

    @Test
    void everyFileOfTheReferenceAndTheDemoModelIsSound() throws Exception {
        Locations locations = new Locations();
        for (Path root : List.of(locations.reference(), locations.demo())) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
                    try (SafeTensors tensors = SafeTensors.open(file)) {
                        assertFalse(tensors.names().isEmpty(), file.toString());
                    }
                }
            }
        }
    }

    private void shards() throws Exception {
        SafeTensorsWriter.write(folder.resolve("model-1.safetensors"), Map.of(), Map.of("a", Tensors.of(scope.manager(), new float[] {1, 1})));
        SafeTensorsWriter.write(folder.resolve("model-2.safetensors"), Map.of(), Map.of("b", Tensors.of(scope.manager(), new float[] {2}, 1)));
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\":{\"total_size\":12},\"weight_map\":{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\"}}");
    }

    private Path file(String header, byte[] data) throws Exception {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).put(data);
        return Files.write(folder.resolve("made.safetensors"), bytes.array());
    }
}
