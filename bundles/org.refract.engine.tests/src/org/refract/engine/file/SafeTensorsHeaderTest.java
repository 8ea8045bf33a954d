package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.RefractException;

class SafeTensorsHeaderTest {

    private static final String SOUND =
            "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                    + "\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[16,22]},\"c\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[22,30]}}";
    private static final int DATA = 30;

    @TempDir Path folder;

    @Test
    void aSoundHeaderIsRead() throws Exception {
        SafeTensorsHeader header = read(bytes(SOUND, DATA));
        assertEquals(3, header.tensors().size());
        assertEquals("pt", header.metadata().get("format"));
        assertEquals(8, header.tensors().get("c").length());
    }

    @Test
    void bytesBehindTheLastTensorAreCountedAndHarmless() throws Exception {
        SafeTensorsHeader header = read(bytes(SOUND, DATA + 512));
        assertEquals(read(bytes(SOUND, DATA)).tensors(), header.tensors());
        assertEquals(512, header.behind());
    }

    @ParameterizedTest
    @MethodSource("damages")
    void aDamagedHeaderIsRefusedWithItsReason(String header, int data, String reason) throws Exception {
        refused(bytes(header, data), reason);
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                Arguments.of(SOUND, DATA - 1, "the file has 29 after its header"),
                Arguments.of(SOUND.replace("[16,22]", "[14,20]"), DATA, "overlap"),
                Arguments.of(SOUND.replace("[22,30]", "[23,31]"), DATA + 1, "follow a gap"),
                Arguments.of(SOUND.replace("[2,2]", "[2,3]"), DATA, "its shape [2, 3] of F32 needs another number"),
                Arguments.of(SOUND.replace("[2,2]", "[-2,-2]"), DATA, "not dimensions or offsets"),
                Arguments.of(SOUND.replace("[2,2]", "[2.0,2]"), DATA, "not dimensions or offsets"),
                Arguments.of(SOUND.replace("[2,2]", "[99999999999999999999,2]"), DATA, "not dimensions or offsets"),
                Arguments.of(SOUND.replace("[2,2]", "[999999999999999999,999999999999999999]"), DATA, "impossible shape"),
                Arguments.of(SOUND.replace("[2,2]", "[\"2\",2]"), DATA, "not dimensions or offsets"),
                Arguments.of(SOUND.replace("[0,16]", "[16,0]"), DATA, "lies at bytes 16 to 0"),
                Arguments.of(SOUND.replace("[0,16]", "[0,16,20]"), DATA, "not dimensions or offsets"),
                Arguments.of(SOUND.replace("[0,16]", "[0]"), DATA, "lacks its dtype, shape or data_offsets"),
                Arguments.of(SOUND.replace("[0,16]", "[0,999999999999999999]"), DATA, "lies at bytes"),
                Arguments.of(SOUND.replace("F32", "F33"), DATA, "unknown element type 'F33'"),
                Arguments.of(SOUND.replace("\"b\"", "\"a\""), DATA, "tensor 'a' is there twice"),
                Arguments.of(SOUND.replace("\"dtype\":\"F32\"", "\"dtype\":\"F32\",\"dtype\":\"F32\""), DATA, "unexpected field"),
                Arguments.of(SOUND.replace("\"dtype\":\"F32\"", "\"dtype\":\"F32\",\"evil\":{}"), DATA, "unexpected field 'evil'"),
                Arguments.of(SOUND.replace("\"pt\"", "7"), DATA, "metadata 'format' is not one text"),
                Arguments.of(SOUND.replace("\"pt\"", "\"pt\",\"format\":\"x\""), DATA, "metadata 'format' is not one text"),
                Arguments.of(SOUND.replace("{\"__metadata__", " {\"__metadata__"), DATA, "does not start with '{'"),
                Arguments.of(SOUND + "{}", DATA, "not valid JSON"),
                Arguments.of(SOUND.substring(0, 90), DATA, "not valid JSON"),
                Arguments.of("{\"a\":" + "[".repeat(100_000), DATA, "not valid JSON"),
                Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + "1,".repeat(100_000) + "1],\"data_offsets\":[0,4]}}", 4, "not dimensions or offsets"),
                Arguments.of("{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,1]}}", 1, "does not fill whole bytes"),
                Arguments.of("[]", 0, "does not start with '{'"),
                Arguments.of("{\"a\":null}", 0, "not valid JSON"),
                Arguments.of("{\"\u0000" + "x".repeat(500) + "\":{\"dtype\":\"F32\"}}", 0, "not valid JSON"));
    }

    @Test
    void aHostileLengthIsRefusedBeforeAnythingIsRead() throws Exception {
        for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 1L << 31, SOUND.length() + DATA + 1}) {
            byte[] file = bytes(SOUND, DATA);
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
            refused(file, "its header is said to have");
        }
    }

    @Test
    void anEmptyAndATinyFileAreRefused() throws Exception {
        refused(new byte[0], "fewer than its length field");
        refused(new byte[7], "fewer than its length field");
        refused(new byte[8], "does not start with '{'");
    }

    @Test
    void textThatIsNotUtf8IsRefused() throws Exception {
        byte[] file = bytes(SOUND, DATA);
        file[30] = (byte) 0xff;
        refused(file, "not UTF-8");
    }

    @Test
    void fiveThousandMutationsEndInASentenceOrASoundFileAndNothingElse() throws Exception {
        Random random = new Random(20240607);
        int refusals = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] file = mutated(random, bytes(SOUND, DATA));
            try {
                SafeTensorsHeader header = read(file);
                header.tensors().values().forEach(t -> assertTrue(t.offset() + t.length() <= file.length && t.length() >= 0));
            } catch (RefractException e) {
                refusals++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                assertTrue(e.getMessage().length() < 1000);
            }
        }
        assertTrue(refusals > 4000, "refused " + refusals);
    }

    @Test
    void aHeaderOfManyTensorsTakesMemoryInProportionToItsBytes() throws Exception {
        StringBuilder header = new StringBuilder("{");
        int count = 20_000;
        for (int i = 0; i < count; i++) {
            header.append(i == 0 ? "" : ",").append("\"t").append(i).append("\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[").append(i).append(',').append(i + 1).append("]}");
        }
        byte[] file = bytes(header.append('}').toString(), count);
        long before = allocated();
        assertEquals(count, read(file).tensors().size());
        long used = allocated() - before;
        assertTrue(used < 40L * file.length, used + " bytes for a file of " + file.length);
    }

    /** Bytes that this thread has allocated so far. */
    private static long allocated() throws Exception {
        Object[] thread = {Thread.currentThread().threadId()};
        return (long) ManagementFactory.getPlatformMBeanServer()
                .invoke(new ObjectName("java.lang:type=Threading"), "getThreadAllocatedBytes", thread, new String[] {"long"});
    }

    private static byte[] mutated(Random random, byte[] file) {
        int headerEnd = 8 + SOUND.length();
        switch (random.nextInt(6)) {
            case 0 -> file[random.nextInt(headerEnd)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> file = Arrays.copyOf(file, random.nextInt(file.length));
            case 2 -> ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, random.nextLong() >> random.nextInt(64));
            case 3 -> {
                for (int n = random.nextInt(20); n >= 0; n--) {
                    file[8 + random.nextInt(SOUND.length())] = (byte) "{}[]\",:0123456789-e\\u \n".charAt(random.nextInt(23));
                }
            }
            case 4 -> {
                int from = 8 + random.nextInt(SOUND.length());
                int to = 8 + random.nextInt(SOUND.length());
                System.arraycopy(file, Math.min(from, to), file, Math.max(from, to), Math.min(random.nextInt(40), headerEnd - Math.max(from, to)));
            }
            default -> {
                int digits = 8 + SOUND.indexOf("data_offsets", random.nextInt(SOUND.length() - 40));
                file[digits + 15 + random.nextInt(4)] = (byte) ('0' + random.nextInt(10));
            }
        }
        return file;
    }

    private void refused(byte[] file, String reason) throws Exception {
        String said = assertThrows(RefractException.class, () -> read(file)).getMessage();
        assertTrue(said.contains(reason) && said.contains("made.safetensors"), said);
        assertEquals(1, said.lines().count());
        assertTrue(said.length() < 1000, said);
    }

    /** A new file each time: overwriting one makes some file systems wait for the disk. */
    private SafeTensorsHeader read(byte[] file) throws Exception {
        Path path = folder.resolve("made.safetensors");
        Files.deleteIfExists(path);
        return SafeTensors.header(Files.write(path, file));
    }

    private static byte[] bytes(String header, int data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + data).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).array();
    }
}
