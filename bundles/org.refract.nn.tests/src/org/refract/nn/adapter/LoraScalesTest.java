package org.refract.nn.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;
import org.refract.nn.weights.WeightFile;

class LoraScalesTest {

    @TempDir
    Path folder;

    private double scale(String metadata, Optional<Double> alpha) throws RefractException {
        Path file = folder.resolve("lora.safetensors");
        try (SafeTensorsWriter writer = SafeTensorsWriter.create(file, Map.of("lora_adapter_metadata", metadata),
                List.of(SafeTensorsWriter.Declaration.of("x", TorchType.FLOAT32, 1))); Scope scope = Scope.open(Placement.CPU)) {
            writer.append("x", Tensors.of(scope.manager(), new float[] {1}, 1));
            writer.commit();
        }
        try (WeightFile weights = WeightFile.open(file)) {
            return new LoraScales(weights).of("unet.mid_block.to_q", alpha, 4);
        }
    }

    @Test
    void theFilesOwnAlphaComesFirst() throws RefractException {
        assertEquals(0.5, scale("{\"unet.lora_alpha\": 8}", Optional.of(2.0)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"{}; 1", "{\"unet.lora_alpha\": 8}; 2", "{\"unet.lora_alpha\": 8, \"unet.use_rslora\": true}; 4",
        "{\"unet.alpha_pattern\": {\"to_q\": 2}, \"unet.lora_alpha\": 8}; 0.5", "{\"unet.lora_alpha\": \"eight\"}; 1", "{\"unet.lora_alpha\": true}; 1",
        "{\"unet.alpha_pattern\": {\"to_q\": \"x\"}}; 1", "[]; 1"})
    void metadataSaysAlphaAndWhatIsNoNumberSaysNothing(String metadata, double expected) throws RefractException {
        assertEquals(expected, scale(metadata, Optional.empty()));
    }
}
