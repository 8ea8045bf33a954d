package org.refract.model.sdxl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * The configuration files of Stable Diffusion XL as published (base 1.0, refiner 1.0, Turbo), for files that hold weights alone. Sizes:
 * Stability's {@code sd_xl_base.yaml} and {@code sd_xl_refiner.yaml}.
 */
public final class StandardConfigs {

    private StandardConfigs() {
    }

    /** @param name a part, {@code unet}, {@code vae}, {@code scheduler}, or a special one, {@code refiner-unet}, {@code turbo-scheduler} */
    public static ConfigFile read(String name) throws RefractException {
        try (InputStream in = StandardConfigs.class.getResourceAsStream("standard/" + name + ".json")) {
            return ConfigFile.of("Stable Diffusion XL's own " + name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
