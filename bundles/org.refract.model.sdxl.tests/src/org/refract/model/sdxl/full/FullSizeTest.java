package org.refract.model.sdxl.full;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.model.sdxl.ReferenceSet;
import org.refract.model.sdxl.StandardConfigs;
import org.refract.model.sdxl.clip.TextConfig;
import org.refract.model.sdxl.clip.TextEncoder;
import org.refract.model.sdxl.unet.UNet;
import org.refract.model.sdxl.unet.UNetConfig;
import org.refract.model.sdxl.vae.Vae;
import org.refract.model.sdxl.vae.VaeConfig;
import org.refract.nn.ConfigFile;
import org.refract.nn.Module;
import org.refract.nn.Parameter;

/** The module trees of the models as published, from their configurations, against the published weights' names and shapes. */
class FullSizeTest {

    private static final String ENDING = "-keys.json";

    static Stream<String> parts() throws Exception {
        try (Stream<Path> files = Files.list(ReferenceSet.folder())) {
            return files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(ENDING))
                    .map(n -> n.substring(0, n.length() - ENDING.length())).sorted().toList().stream();
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("parts")
    void everyWeightIsAccountedForAndNoneIsLeftOver(String part) throws Exception {
        JsonObject keys = ReferenceSet.json(part + ENDING).getAsJsonObject();
        Map<String, String> expected = new TreeMap<>();
        for (Map.Entry<String, JsonElement> tensor : keys.getAsJsonObject("tensors").entrySet()) {
            expected.put(tensor.getKey(), tensor.getValue().getAsJsonArray().asList().stream().map(JsonElement::getAsLong).toList().toString());
        }
        Module module = module(part);
        Map<String, String> declared = new TreeMap<>();
        module.parameters().forEach(p -> declared.put(p.path().substring(module.path().length() + 1), Arrays.toString(p.shape())));
        assertEquals(expected, declared);
        assertEquals(keys.get("num_parameters").getAsLong(), module.parameters().mapToLong(Parameter::size).sum());
    }

    private static Module module(String part) throws Exception {
        ConfigFile config = config(part);
        if (part.contains("unet")) {
            return new UNet("unet", UNetConfig.read(config));
        }
        return part.contains("vae") ? new Vae("vae", VaeConfig.read(config)) : new TextEncoder("text", TextConfig.read(config, config.has("projection_dim")));
    }

    private static ConfigFile config(String part) throws Exception {
        return StandardConfigs.read(part.substring("sdxl-full-".length()));
    }
}
