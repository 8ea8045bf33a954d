package org.refract.format.gemmascope;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SaeTensors;

/** What both releases have in common: tensors whose shapes say the sizes. */
final class Params {

    private Params() {
    }

    /** A tensor's name in this house: embedding SAEs and the second release write {@code w_enc} and {@code w_dec}. */
    static String plain(String name) {
        return name.startsWith("w_") ? "W_" + name.substring(2) : name;
    }

    /**
     * The config of a JumpReLU autoencoder with these tensors, which are held against it.
     *
     * @param transcode whether it writes another place than it reads
     */
    static SaeConfig config(Path file, Map<String, NDArray> tensors, boolean transcode) throws RefractException {
        int latents = length(file, tensors, "b_enc");
        int written = length(file, tensors, "b_dec");
        NDArray encoder = tensors.get("W_enc");
        int width = transcode && encoder != null && encoder.getShape().dimension() == 2 ? Math.toIntExact(encoder.getShape().get(0)) : written;
        SaeConfig config = SaeForm.JUMPRELU.config(width, written, latents,
                Map.of("apply_b_dec_to_input", "false", "transcode", String.valueOf(transcode)));
        SaeTensors.check(file.toString(), config, tensors);
        return config;
    }

    private static int length(Path file, Map<String, NDArray> tensors, String name) throws RefractException {
        NDArray vector = tensors.get(name);
        Shape shape = vector == null ? new Shape() : vector.getShape();
        if (shape.dimension() != 1) {
            throw RefractException.usage("%s is not a Gemma Scope autoencoder: it needs b_enc (latents) and b_dec (width), and '%s' %s.", file, name,
                    vector == null ? "is missing" : "has shape " + shape + ", as in a set of several layers");
        }
        return Math.toIntExact(shape.get(0));
    }
}
