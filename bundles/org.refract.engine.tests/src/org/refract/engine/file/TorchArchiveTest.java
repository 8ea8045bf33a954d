package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
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

/** Torch files are read without running anything in them, and what is wrong with one is said in a sentence. */
final class TorchArchiveTest {

    @TempDir
    private Path folder;

    @Test
    void readsTheReleasedFeatureMeansWhoseStoragesAreTaggedCuda() throws Exception {
        Path mean = new Locations().reference("sdxl-unbox-released").resolve("unet.down_blocks.2.attentions.1/mean.pt");
        try (TorchArchive archive = TorchArchive.open(mean); Scope scope = Scope.open(Placement.CPU)) {
            assertEquals(TorchType.FLOAT32, archive.tensors().get("").type());
            float[] values = Tensors.floats(archive.read("", scope.manager()));
            assertEquals(5120, values.length);
            assertEquals(14.8917f, values[2301], 1e-4f);
            assertEquals(19.2721f, values[3747], 1e-4f);
            assertEquals(16.3509f, values[4998], 1e-4f);
            assertEquals(19.1695f, values[89], 1e-4f);
            assertEquals(21.5809f, values[4074], 1e-4f);
        }
    }

    @Test
    void theOlderPickleHoldsWhatTheZipArchiveHolds() throws Exception {
        Path openai = new Locations().reference("sae").resolve("openai_relu");
        try (TorchArchive zip = TorchArchive.open(openai.resolve("autoencoder.pt"));
                TorchArchive older = TorchArchive.open(openai.resolve("autoencoder_legacy_pickle.pt"));
                Scope scope = Scope.open(Placement.CPU)) {
            assertEquals(zip.tensors(), older.tensors());
            assertEquals(zip.values(), older.values());
            assertEquals("ReLU", zip.values().get("activation"));
            assertTrue(zip.tensors().size() >= 6);
            for (String name : zip.tensors().keySet()) {
                assertArrayEquals(
                        Tensors.doubles(zip.read(name, scope.manager())), Tensors.doubles(older.read(name, scope.manager())), name);
            }
        }
    }

    @Test
    void honoursStridesOfAColumnMajorMatrix() throws Exception {
        Path file = new Locations().reference("sae").resolve("sdxl_unbox/state_dict.pth");
        try (TorchArchive archive = TorchArchive.open(file); Scope scope = Scope.open(Placement.CPU)) {
            assertTrue(archive.tensors().get("state_dict.decoder.weight").isColumnMajor());
            assertFalse(archive.tensors().get("state_dict.encoder.weight").isColumnMajor());
            float[] decoder = Tensors.floats(archive.read("state_dict.decoder.weight", scope.manager()));
            int width = (int) archive.tensors().get("state_dict.decoder.weight").shape().get(0);
            int latents = decoder.length / width;
            for (int column = 0; column < latents; column++) {
                double square = 0;
                for (int row = 0; row < width; row++) {
                    square += decoder[row * latents + column] * decoder[row * latents + column];
                }
                assertEquals(1, square, 1e-4);
            }
        }
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        Path file = folder.resolve("ae.pt");
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray matrix = Tensors.of(scope.manager(), new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("plain", matrix);
            state.put("columns", new TorchArchiveWriter.ColumnMajor(matrix));
            state.put("half", DTypes.cast(matrix, TorchType.BFLOAT16));
            state.put("scalar", Tensors.of(scope.manager(), new int[] {7}));
            state.put("empty", Tensors.zeros(scope.manager(), 0, 3));
            state.put("k", 6L);
            state.put("large", 1L << 40);
            state.put("rate", 0.25);
            state.put("tied", true);
            state.put("activation", Map.of("name", "ReLU"));
            TorchArchiveWriter.write(file, Map.of("state_dict", state), scope.manager());
            try (TorchArchive archive = TorchArchive.open(file)) {
                assertTrue(archive.tensors().get("state_dict.columns").isColumnMajor());
                for (String name : List.of("plain", "columns", "half")) {
                    NDArray read = archive.read("state_dict." + name, scope.manager());
                    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, Tensors.floats(read), name);
                }
                assertEquals(TorchType.BFLOAT16, archive.tensors().get("state_dict.half").type());
                assertEquals(7, Tensors.longs(archive.read("state_dict.scalar", scope.manager()))[0]);
                assertEquals(0, archive.read("state_dict.empty", scope.manager()).size());
                assertEquals(6L, archive.values().get("state_dict.k"));
                assertEquals(1L << 40, archive.values().get("state_dict.large"));
                assertEquals(0.25, archive.values().get("state_dict.rate"));
                assertEquals(true, archive.values().get("state_dict.tied"));
                assertEquals("ReLU", archive.values().get("state_dict.activation.name"));
            }
        }
    }

    @Test
    void aNameThatIsNotOnTheListIsRefusedByName() throws Exception {
        Path file = archive("c" + "posix\nsystem\n" + "(X\u0004\0\0\0true" + "tR.", new byte[0]);
        RefractException refused = assertThrows(RefractException.class, () -> TorchArchive.open(file));
        assertTrue(refused.getMessage().contains("posix.system"), refused.getMessage());
    }

    @Test
    void numbersThatAreNotRealAreNamed() throws Exception {
        Path file = archive(tensor(2, 2, 1).replace("FloatStorage", "ComplexFloatStorage"), new byte[16]);
        RefractException refused = assertThrows(RefractException.class, () -> TorchArchive.open(file));
        assertTrue(refused.getMessage().contains("numbers of torch's ComplexFloatStorage"), refused.getMessage());
    }

    @Test
    void aStorageLargerThanTheFileIsRefusedBeforeMemoryIsTaken() throws Exception {
        RefractException refused = assertThrows(RefractException.class, () -> TorchArchive.open(archive(tensor(1 << 30, 1 << 30, 1), new byte[16])));
        assertTrue(refused.getMessage().contains("claims"), refused.getMessage());
    }

    @Test
    void aViewBeyondItsStorageIsRefused() throws Exception {
        for (String pickle : List.of(tensor(4, 4, 2), tensor(4, 5, 1))) {
            try (TorchArchive open = TorchArchive.open(archive(pickle, new byte[16])); Scope scope = Scope.open(Placement.CPU)) {
                RefractException refused = assertThrows(RefractException.class, () -> open.read("", scope.manager()));
                assertTrue(refused.getMessage().contains("beyond"), refused.getMessage());
            }
        }
    }

    /** What {@code torch.zeros(1).expand(n)} saves: one number, and a stride of 0. */
    @Test
    void aNumberThatIsRepeatedByAStrideOfZeroIsReadAsOftenAsItIsMeant() throws Exception {
        Path file = archive(tensor(1, 5, 0), new byte[] {0, 0, (byte) 0xc0, 0x3f});
        try (TorchArchive open = TorchArchive.open(file); Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new float[] {1.5f, 1.5f, 1.5f, 1.5f, 1.5f}, Tensors.floats(open.read("", scope.manager())));
        }
        RefractException refused = assertThrows(RefractException.class, () -> TorchArchive.open(archive(tensor(1, 1 << 30, 0), new byte[4])));
        assertTrue(refused.getMessage().contains("again and again"), refused.getMessage());
    }

    /** torch keeps the sign of a negated view as a flag of the tensor, {@code _rebuild_tensor_v2}'s last argument. */
    @Test
    void theFlagOfANegatedTensorIsHonoured() throws Exception {
        byte[] numbers = {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0};
        for (boolean negative : List.of(true, false)) {
            Path file = archive(flagged("neg", negative), numbers);
            try (TorchArchive open = TorchArchive.open(file); Scope scope = Scope.open(Placement.CPU)) {
                assertArrayEquals(negative ? new float[] {-1, 2} : new float[] {1, -2}, Tensors.floats(open.read("", scope.manager())));
            }
        }
        RefractException refused = assertThrows(RefractException.class, () -> TorchArchive.open(archive(flagged("odd", true), numbers)));
        assertTrue(refused.getMessage().contains("'odd'"), refused.getMessage());
    }

    private static String flagged(String flag, boolean value) {
        return tensor(2, 2, 1).replace(")RtR.", ")R}X" + number(flag.length()).substring(1) + flag + (value ? '\u0088' : '\u0089') + "stR.");
    }

    /** As torch reads them, which looks for the archive's end from behind, and for the older pickle's from its start. */
    @Test
    void bytesBehindAFileAreLeftAlone() throws Exception {
        Path openai = new Locations().reference("sae").resolve("openai_relu");
        for (String name : List.of("autoencoder.pt", "autoencoder_legacy_pickle.pt")) {
            Path longer = Files.copy(openai.resolve(name), folder.resolve(name));
            Files.write(longer, "bytes of another thing\n".repeat(9).getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
            try (TorchArchive whole = TorchArchive.open(openai.resolve(name)); TorchArchive more = TorchArchive.open(longer);
                    Scope scope = Scope.open(Placement.CPU)) {
                assertEquals(whole.tensors(), more.tensors());
                assertArrayEquals(Tensors.floats(whole.read("pre_bias", scope.manager())), Tensors.floats(more.read("pre_bias", scope.manager())));
            }
        }
    }

    @Test
    void manyTensorsOfTheSameNumbersAreRefusedBeforeTheyAreRead() throws Exception {
        StringBuilder pickle = new StringBuilder("](");
        String one = tensor(1 << 20, 1 << 20, 1);
        for (int i = 0; i < 40; i++) {
            pickle.append(one, 0, one.length() - 1);
        }
        Path file = archive(pickle + "e.", new byte[4 << 20]);
        RefractException refused = assertThrows(RefractException.class, () -> TorchArchive.open(file));
        assertTrue(refused.getMessage().contains("again and again"), refused.getMessage());
    }

    @Test
    void aPickleOfFarTooManyInstructionsIsRefusedBeforeItFillsTheMemory() throws Exception {
        Path file = archive("N" + "\u0094".repeat(3 << 20) + ".", new byte[0]);
        RefractException refused = assertThrows(RefractException.class, () -> TorchArchive.open(file));
        assertTrue(refused.getMessage().contains("instructions"), refused.getMessage());
    }

    @Test
    void aFileCutShortAnywhereIsASentence() throws Exception {
        Path openai = new Locations().reference("sae").resolve("openai_relu");
        for (String name : List.of("autoencoder.pt", "autoencoder_legacy_pickle.pt")) {
            byte[] whole = Files.readAllBytes(openai.resolve(name));
            for (int length = 0; length < whole.length; length += 97) {
                Path cut = Files.write(folder.resolve(name), java.util.Arrays.copyOf(whole, length));
                assertThrows(RefractException.class, () -> TorchArchive.open(cut).close(), name + " at " + length);
            }
        }
    }

    @Test
    void noDamagedByteDoesMoreThanASentence() throws Exception {
        Path openai = new Locations().reference("sae").resolve("openai_relu");
        Random random = new Random(3);
        for (String name : List.of("autoencoder.pt", "autoencoder_legacy_pickle.pt")) {
            byte[] whole = Files.readAllBytes(openai.resolve(name));
            for (int i = 0; i < 1500; i++) {
                byte[] damaged = whole.clone();
                for (int n = random.nextInt(3); n >= 0; n--) {
                    damaged[random.nextInt(random.nextBoolean() ? 1300 : whole.length)] = (byte) random.nextInt(256);
                }
                readAll(Files.write(folder.resolve("damaged.pt"), damaged));
            }
        }
    }

    @Test
    void aChangedWeightOfAnArchiveIsNoticed() throws Exception {
        Path source = new Locations().reference("sae").resolve("openai_relu/autoencoder.pt");
        byte[] whole = Files.readAllBytes(source);
        byte[] one = {0, 0, (byte) 0x80, 0x3f, 0, 0, (byte) 0x80, 0x3f};
        int at = 0;
        while (!java.util.Arrays.equals(one, java.util.Arrays.copyOfRange(whole, at, at + one.length))) {
            at++;
        }
        whole[at + 3] = 0x40;
        try (TorchArchive archive = TorchArchive.open(Files.write(folder.resolve("a.pt"), whole)); Scope scope = Scope.open(Placement.CPU)) {
            RefractException damaged = assertThrows(RefractException.class, () -> {
                for (String name : archive.tensors().keySet()) {
                    archive.read(name, scope.manager());
                }
            });
            assertTrue(damaged.getMessage().contains("checksum"), damaged.getMessage());
        }
    }

    @Test
    void valuesThatContainThemselvesAreRefused() throws Exception {
        Path endless = archive("]q\0(h\0h\0h\0e.", new byte[0]);
        assertThrows(RefractException.class, () -> TorchArchive.open(endless).close());
    }

    @Test
    void anOrdinaryZipAndATextAreNoTorchFiles() throws Exception {
        Path text = Files.writeString(folder.resolve("a.pt"), "hello");
        assertThrows(RefractException.class, () -> TorchArchive.open(text));
        Path zip = folder.resolve("b.pt");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("a.txt"));
            out.write(new byte[1000]);
        }
        assertThrows(RefractException.class, () -> TorchArchive.open(zip));
        assertThrows(RefractException.class, () -> TorchArchive.open(folder.resolve("absent.pt")));
    }

    private static void readAll(Path file) {
        try (TorchArchive archive = TorchArchive.open(file); Scope scope = Scope.open(Placement.CPU)) {
            for (String name : archive.tensors().keySet()) {
                archive.read(name, scope.manager()).close();
            }
        } catch (RefractException sentence) {
            assertFalse(sentence.getMessage().isBlank());
        }
    }

    /** A pickle of one float vector of {@code size} with a stride, over a storage that claims {@code elements}. */
    private static String tensor(int elements, int size, int stride) {
        return "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" + "0X\3\0\0\0cpu" + number(elements) + "tQ"
                + number(0) + "(" + number(size) + "t(" + number(stride) + "t\u0089ccollections\nOrderedDict\n)RtR.";
    }

    private static String number(int value) {
        return "J" + (char) (value & 255) + (char) (value >> 8 & 255) + (char) (value >> 16 & 255) + (char) (value >>> 24);
    }

    private Path archive(String pickle, byte[] storage) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            TensorBytes.add(zip, "a/data.pkl", ("\u0080\2" + pickle).getBytes(StandardCharsets.ISO_8859_1));
            TensorBytes.add(zip, "a/data/0", storage);
        }
        Path file = folder.resolve("a.pt");
        Files.write(file, bytes.toByteArray());
        try (ZipFile sound = new ZipFile(file.toFile())) {
            assertEquals(2, sound.size());
        }
        return file;
    }

    @Test
    void theSameTensorsAreTheSameBytesInWhicheverOrderTheyCome() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray a = Tensors.of(scope.manager(), new float[] {1, 2}, 2);
            NDArray b = Tensors.of(scope.manager(), new float[] {3, 4, 5}, 3);
            Map<String, NDArray> one = new LinkedHashMap<>();
            one.put("b", b);
            one.put("a", a);
            Map<String, NDArray> other = new LinkedHashMap<>();
            other.put("a", a);
            other.put("b", b);
            for (String name : List.of("x.pt", "x.npz")) {
                List<byte[]> written = new ArrayList<>();
                for (Map<String, NDArray> tensors : List.of(one, other)) {
                    if (name.endsWith("pt")) {
                        TorchArchiveWriter.write(folder.resolve(name), tensors, scope.manager());
                    } else {
                        NpzWriter.write(folder.resolve(name), tensors);
                    }
                    written.add(Files.readAllBytes(folder.resolve(name)));
                }
                assertArrayEquals(written.get(0), written.get(1), name);
            }
        }
    }
}
