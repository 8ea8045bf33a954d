package org.refract.model.sdxl.schedulers;

import java.util.Arrays;
import java.util.Optional;

/** What a U-Net was trained to say about a noisy sample. */
enum Prediction {
    /** The noise. */
    EPSILON("epsilon", 0),
    /** {@code v = √ᾱ ε - √(1 - ᾱ) x₀} (Progressive Distillation, appendix D). */
    V("v_prediction", 1),
    /** The sample without noise. */
    SAMPLE("sample", 2);

    private final String text;
    private final int kind;

    Prediction(String text, int kind) {
        this.text = text;
        this.kind = kind;
    }

    static Optional<Prediction> of(String text) {
        return Arrays.stream(values()).filter(p -> p.text.equals(text)).findFirst();
    }

    /** As {@code scheduler_config.json} spells it. */
    String text() {
        return text;
    }

    /** As the kernels take it. */
    int kind() {
        return kind;
    }
}
