package org.refract.model.sdxl;

import java.util.ArrayList;
import java.util.List;

/**
 * Parts that a model has not, and where they may come from.
 *
 * @param parts their names in a diffusers folder
 */
record Missing(List<String> parts) {

    private static final String FIRST = "text_encoder";
    private static final String SECOND = "text_encoder_2";

    boolean isAny() {
        return !parts.isEmpty();
    }

    /** Such as "no text encoders and no VAE". */
    String inWords() {
        List<String> words = new ArrayList<>();
        if (parts.contains(FIRST) || parts.contains(SECOND)) {
            words.add(!parts.contains(SECOND) ? "no first text encoder" : !parts.contains(FIRST) ? "no second text encoder" : "no text encoders");
        }
        if (parts.contains("unet")) {
            words.add("no U-Net");
        }
        if (parts.contains("vae")) {
            words.add("no VAE");
        }
        return String.join(" and ", words);
    }

    /** What a person can do. */
    String remedy() {
        if (parts.contains("unet")) {
            return "name a model that has one";
        }
        List<String> options = new ArrayList<>();
        if (parts.contains(FIRST) || parts.contains(SECOND)) {
            options.add("--text-encoders MODEL");
        }
        if (parts.contains("vae")) {
            options.add("--vae MODEL");
        }
        return (options.size() == 1 && parts.size() == 1 ? "take it" : "take them") + " from another model or file with " + String.join(" and ", options);
    }
}
