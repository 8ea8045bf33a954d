package org.refract.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;

class TorchRandomTest {

    private Json torch;

    @BeforeEach
    void read() throws Exception {
        try (var in = TorchRandomTest.class.getResourceAsStream("torch_random.json")) {
            torch = Json.parse("torch_random.json", in.readAllBytes());
        }
    }

    @Test
    void normalNumbersAreTorchsToTheBitForEverySizeAndSeed() throws RefractException {
        for (Json row : torch.at("randn").items()) {
            TorchRandom random = new TorchRandom(row.at("seed").integer());
            for (Json call : row.at("calls").items()) {
                long[] expected = call.integers();
                assertArrayEquals(expected, bits(random.randn(expected.length)), "seed " + row.at("seed").integer() + ", size " + expected.length);
            }
        }
    }

    @Test
    void aHundredThousandNormalNumbersAreTorchsToTheBit() throws RefractException {
        Json large = torch.at("large");
        float[] values = new TorchRandom(large.at("seed").integer()).randn((int) large.at("size").integer());
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        assertEquals(large.at("crc32").integer(), crc.getValue());
    }

    @Test
    void uniformNumbersIntegersAndPermutationsAreTorchs() throws RefractException {
        Json mixed = torch.at("mixed");
        TorchRandom random = new TorchRandom(mixed.at("seed").integer());
        assertArrayEquals(mixed.at("rand").integers(), bits(random.rand(20)));
        assertArrayEquals(mixed.at("randint(-3, 1000)").integers(), random.randint(-3, 1000, 20));
        assertArrayEquals(mixed.at("randint(0, 2**28)").integers(), random.randint(0, 1L << 28, 20));
        assertArrayEquals(mixed.at("randint(0, 2**40)").integers(), random.randint(0, 1L << 40, 20));
        assertArrayEquals(mixed.at("randperm(50)").integers(), Arrays.stream(random.randperm(50)).asLongStream().toArray());
    }

    @Test
    void theNoiseOfTheDemoModelsGoldensIsDrawnAgain() throws RefractException {
        try (SafeTensors golden = SafeTensors.open(new Locations().demo().resolve("golden/golden_base.safetensors"))) {
            float[] expected = golden.floats("noise");
            assertArrayEquals(expected, new TorchRandom(1234).randn(expected.length));
        }
    }

    @Test
    void aSavedStateGoesOnWhereItWasTaken() {
        TorchRandom random = new TorchRandom(42);
        random.randn(3);
        TorchRandom.State saved = random.state();
        float[] expected = random.randn(1000);
        TorchRandom restored = TorchRandom.from(saved);
        assertArrayEquals(expected, restored.randn(1000));
        assertEquals(random.state(), restored.state());
    }

    @Test
    void aPermutationHoldsEveryNumberOnce() {
        int[] order = new TorchRandom(5).randperm(1000);
        Arrays.sort(order);
        for (int i = 0; i < order.length; i++) {
            assertEquals(i, order[i]);
        }
    }

    @Test
    void anEmptyRangeOfIntegersIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new TorchRandom(0).randint(3, 3, 1));
    }

    private static long[] bits(float[] values) {
        long[] bits = new long[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }
}
