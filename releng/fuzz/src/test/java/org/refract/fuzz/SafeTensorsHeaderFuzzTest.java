package org.refract.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.TensorInfo;

/** Hostile safetensors headers: no length, offset, shape or nesting in them may lead to anything but a sentence. */
class SafeTensorsHeaderFuzzTest {
    private static final String SOUND = """
            {"__metadata__": {"format": "pt", "made by": "a test"},
             "a.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
             "a.bias": {"dtype": "BF16", "shape": [4], "data_offsets": [24, 32]},
             "steps": {"dtype": "I64", "shape": [], "data_offsets": [32, 40]}}""";
    private static final int DATA = 40;
    private static Path folder;

    @BeforeContainer
    static void begin() throws IOException {
        folder = Files.createTempDirectory("fuzz");
    }

    @AfterContainer
    static void end() throws IOException {
        Files.deleteIfExists(folder.resolve("x.safetensors"));
        Files.delete(folder);
    }

    @Property(seed = "20261123")
    void aDamagedHeaderIsReadOrRefusedInOneSentence(@ForAll("damaged") byte[] header) {
        check(header.length, header, DATA);
    }

    @Property(seed = "20261123")
    void aHeaderOfAnyLengthIsReadOrRefusedInOneSentence(@ForAll long length, @ForAll("damaged") byte[] header) {
        check(length, header, DATA);
    }

    @Property(seed = "20261123")
    void inventedTensorsAreReadOrRefusedInOneSentence(@ForAll("invented") String header, @ForAll("dataSizes") int data) {
        byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
        check(bytes.length, bytes, data);
    }

    @Provide
    Arbitrary<byte[]> damaged() {
        return Damage.of(SOUND);
    }

    @Provide
    Arbitrary<Integer> dataSizes() {
        return Arbitraries.integers().between(0, 64);
    }

    @Provide
    Arbitrary<String> invented() {
        Arbitrary<String> name = Arbitraries.of("a", "b", "", "../a", "a\\u0000", "__metadata__");
        Arbitrary<String> dtype = Arbitraries.of("F32", "BF16", "I64", "U8", "BOOL", "F8_E4M3", "Q4", "");
        Arbitrary<Long> number = Arbitraries.frequencyOf(Tuple.of(6, Arbitraries.longs().between(0, 16)),
                Tuple.of(1, Arbitraries.longs()));
        Arbitrary<String> numbers = number.list().ofMaxSize(4).map(Object::toString);
        Arbitrary<String> offsets = number.list().ofMinSize(1).ofMaxSize(3).map(Object::toString);
        Arbitrary<String> tensor = Combinators.combine(name, dtype, numbers, offsets)
                .as((n, d, s, o) -> "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(n, d, s, o));
        return tensor.list().ofMaxSize(4).map(SafeTensorsHeaderFuzzTest::object);
    }

    private static String object(List<String> members) {
        return members.stream().collect(Collectors.joining(",", "{", "}"));
    }

    private static void check(long length, byte[] header, int data) {
        ByteBuffer file = ByteBuffer.allocate(8 + header.length + data).order(ByteOrder.LITTLE_ENDIAN);
        Path path = OneSentence.write(folder.resolve("x.safetensors"), file.putLong(length).put(header).array());
        OneSentence.orSound(() -> {
            try (SafeTensors tensors = SafeTensors.open(path)) {
                for (TensorInfo tensor : tensors.tensors().values()) {
                    if (tensors.bytes(tensor.name()).byteSize() != tensor.length() || tensor.length() > data) {
                        throw new AssertionError("a tensor reaches beyond its file: " + tensor);
                    }
                }
            }
        });
    }
}
