package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/** numpy archives are read within bounds, and what is wrong with one is said in a sentence. */
final class NpzFileTest {

    @TempDir
    private Path folder;

    @Test
    void deflatedArraysAreThoseOfTheStoredFile() throws Exception {
        Path gemma = new Locations().reference("sae").resolve("gemma_scope_jumprelu");
        try (NpzFile stored = NpzFile.open(gemma.resolve("params.npz"));
                NpzFile deflated = NpzFile.open(gemma.resolve("params_compressed.npz"));
                Scope scope = Scope.open(Placement.CPU)) {
            assertEquals(stored.arrays(), deflated.arrays());
            assertEquals(new Shape(stored.arrays().get("b_dec").get(0), stored.arrays().get("b_enc").get(0)), stored.arrays().get("W_enc"));
            for (String name : stored.arrays().keySet()) {
                assertArrayEquals(Tensors.floats(stored.read(name, scope.manager())), Tensors.floats(deflated.read(name, scope.manager())));
            }
        }
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        Path file = folder.resolve("a.npz");
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            arrays.put("matrix", Tensors.of(scope.manager(), new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
            arrays.put("vector", Tensors.of(scope.manager(), new long[] {-1, 2}));
            arrays.put("scalar", Tensors.of(scope.manager(), new double[] {0.5}));
            NpzWriter.write(file, arrays);
            try (NpzFile read = NpzFile.open(file)) {
                assertEquals(List.of("matrix", "scalar", "vector"), List.copyOf(read.arrays().keySet()));
                for (String name : arrays.keySet()) {
                    NDArray back = read.read(name, scope.manager());
                    assertEquals(arrays.get(name).getShape(), back.getShape());
                    assertEquals(DTypes.of(arrays.get(name)), DTypes.of(back));
                    assertArrayEquals(Tensors.doubles(arrays.get(name)), Tensors.doubles(back));
                }
            }
            arrays.put("half", DTypes.cast(arrays.get("matrix"), TorchType.BFLOAT16));
            assertThrows(RefractException.class, () -> NpzWriter.write(file, arrays));
        }
    }

    @Test
    void readsFortranOrder() throws Exception {
        Path file = npz("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", floats(1, 4, 2, 5, 3, 6), true);
        try (NpzFile read = NpzFile.open(file); Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, Tensors.floats(read.read("a", scope.manager())));
        }
    }

    @Test
    void readsTheOtherByteOrder() throws Exception {
        byte[] big = ByteBuffer.allocate(12).putFloat(1.5f).putFloat(-2).putFloat(3e-9f).array();
        Path file = npz("{'descr': '>f4', 'fortran_order': False, 'shape': (3,), }", big, true);
        try (NpzFile read = NpzFile.open(file); Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new float[] {1.5f, -2, 3e-9f}, Tensors.floats(read.read("a", scope.manager())));
        }
        file = npz("{'descr': '>i8', 'fortran_order': False, 'shape': (2,), }", ByteBuffer.allocate(16).putLong(1L << 40).putLong(-7).array(), true);
        try (NpzFile read = NpzFile.open(file); Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new long[] {1L << 40, -7}, Tensors.longs(read.read("a", scope.manager())));
        }
    }

    /** As numpy, which reads as many numbers as the header says. */
    @Test
    void bytesBehindTheNumbersAreLeftAlone() throws Exception {
        Path file = npz("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", floats(1, 2, 3), true);
        try (NpzFile read = NpzFile.open(file); Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new float[] {1, 2}, Tensors.floats(read.read("a", scope.manager())));
        }
    }

    @Test
    void whatIsNotUnderstoodIsNamedWithItsReason() throws Exception {
        for (String descr : List.of("|V2", "<V2")) {
            Path file = npz("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (4,), }", new byte[8], true);
            String said = assertThrows(RefractException.class, () -> NpzFile.open(file).close()).getMessage();
            assertTrue(said.contains(descr) && said.contains("bfloat16") && said.contains("float32"), said);
            assertEquals(List.of("a"), NpzFile.names(file));
        }
    }

    @Test
    void refusesWhatIsNoArrayOfNumbers() throws Exception {
        for (String header : List.of(
                "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
                "{'descr': '>f3', 'fortran_order': False, 'shape': (2,), }",
                "{'descr': '', 'fortran_order': False, 'shape': (2,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
                "{'descr': __import__('os'), 'fortran_order': False, 'shape': (2,), }",
                "")) {
            Path file = npz(header, floats(1, 2), true);
            assertThrows(RefractException.class, () -> NpzFile.open(file).close(), header);
        }
    }

    @Test
    void refusesAnArchiveThatUnpacksToFarMoreThanItsSize() throws Exception {
        int count = 40 << 20;
        Path bomb = npz("{'descr': '<f4', 'fortran_order': False, 'shape': (" + count + ",), }", new byte[4 * count], false);
        assertTrue(Files.size(bomb) < 1 << 20);
        RefractException refused = assertThrows(RefractException.class, () -> NpzFile.open(bomb).close());
        assertTrue(refused.getMessage().contains("bomb"), refused.getMessage());
    }

    @Test
    void noDamagedByteDoesMoreThanASentence() throws Exception {
        Random random = new Random(4);
        for (String name : List.of("params.npz", "params_compressed.npz")) {
            byte[] whole = Files.readAllBytes(new Locations().reference("sae").resolve("gemma_scope_jumprelu").resolve(name));
            for (int i = 0; i < 1000; i++) {
                byte[] damaged = random.nextInt(4) == 0 ? java.util.Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
                if (damaged.length > 0) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                }
                Path file = Files.write(folder.resolve("damaged.npz"), damaged);
                try (NpzFile read = NpzFile.open(file); Scope scope = Scope.open(Placement.CPU)) {
                    for (String array : read.arrays().keySet()) {
                        read.read(array, scope.manager()).close();
                    }
                } catch (RefractException sentence) {
                    assertFalse(sentence.getMessage().isBlank());
                }
            }
        }
    }

    private static byte[] floats(float... values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (float value : values) {
            out.writeInt(Integer.reverseBytes(Float.floatToIntBits(value)));
        }
        return bytes.toByteArray();
    }

    private Path npz(String header, byte[] content, boolean small) throws IOException {
        Path file = folder.resolve("a.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("a.npy"));
            byte[] text = header.getBytes(StandardCharsets.US_ASCII);
            zip.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0});
            zip.write(text);
            zip.write(content);
        }
        assertTrue(!small || Files.size(file) < 1 << 16);
        return file;
    }
}
