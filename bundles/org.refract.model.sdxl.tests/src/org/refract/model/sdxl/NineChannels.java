package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.refract.api.model.Placement;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** A copy of a model whose U-Net sees a mask and a masked picture beside the latents. */
final class NineChannels {

    private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";

    private NineChannels() {
    }

    /** @param convIn its first convolution, {@code (channels, 9, 3, 3)} */
    static Path of(Path model, float[] convIn, Path folder) throws Exception {
        copy(model, folder);
        Path config = folder.resolve("unet/config.json");
        JsonObject json = JsonParser.parseString(Files.readString(config)).getAsJsonObject();
        json.addProperty("in_channels", 9);
        Files.writeString(config, json.toString());
        Files.delete(folder.resolve(WEIGHTS));
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors weights = SafeTensors.open(model.resolve(WEIGHTS))) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : weights.names()) {
                tensors.put(name, name.equals("conv_in.weight")
                        ? Tensors.of(scope.manager(), convIn, convIn.length / 81, 9, 3, 3)
                        : weights.read(name, scope.manager()));
            }
            SafeTensorsWriter.write(folder.resolve(WEIGHTS), Map.of(), tensors);
        }
        return folder;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
