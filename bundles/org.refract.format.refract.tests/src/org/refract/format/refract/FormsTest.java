package org.refract.format.refract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.sae.RoundTrip;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** Every published form, transcoders with their skip connections and crosscoders with their thresholds too, comes back bit by bit. */
final class FormsTest {

    private static final int WIDTH = 6;
    private static final int LATENTS = 12;

    private final RefractFormat format = new RefractFormat();

    @TempDir
    Path folder;

    private static NDArray random(Scope scope, long seed, long[] shape) {
        long[] concrete = Arrays.stream(shape).map(d -> d < 0 ? 3 : d).toArray();
        int count = (int) Arrays.stream(concrete).reduce(1, (a, b) -> a * b);
        return Tensors.of(scope.manager(), new TorchRandom(seed).randn(count), concrete);
    }

    private Checkpoint checkpoint(Scope scope, SaeForm form) throws RefractException {
        boolean transcoder = form == SaeForm.TRANSCODER;
        SaeConfig config = form.config(WIDTH, transcoder ? 10 : WIDTH, LATENTS, transcoder || form == SaeForm.KSPARSE ? Map.of("k", "3") : Map.of());
        Map<String, long[]> shapes = new LinkedHashMap<>(form.required(config));
        shapes.putAll(form.optional(config));
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> tensors.put(name, random(scope, name.hashCode(), shape)));
        return new Checkpoint(config, tensors, Optional.empty());
    }

    @Test
    void everyFormComesBackBitByBit() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (SaeForm form : SaeForm.published()) {
                assertEquals(List.of(), RoundTrip.differences(format, checkpoint(scope, form), folder.resolve(form.id())), form.id());
            }
        }
    }
}
