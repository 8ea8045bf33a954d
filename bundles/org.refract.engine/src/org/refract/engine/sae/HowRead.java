package org.refract.engine.sae;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SaeConfig;

/** Says in one or two lines how a checkpoint was read: its activation, what is done to the input and the output, and what its reader did to it. */
public final class HowRead {

    private HowRead() {
    }

    /** The lines; only what the reader did, for a variant whose form is not known here. */
    public static List<String> lines(Checkpoint checkpoint) throws RefractException {
        List<String> lines = new ArrayList<>();
        SaeConfig config = TopKNames.published(checkpoint.config());
        Optional<SaeForm> form = SaeForm.find(config.variant());
        if (form.isPresent()) {
            lines.add(String.join(", ", activation(form.get(), config.settings()), normalisation(config.settings()), biases(config.settings())));
        }
        if (!checkpoint.notes().isEmpty()) {
            lines.add(String.join(", ", checkpoint.notes()));
        }
        return lines;
    }

    private static String activation(SaeForm form, Settings settings) throws RefractException {
        String latents = switch (form.id()) {
            case "relu", "panneal" -> "ReLU";
            case "jumprelu" -> "JumpReLU with a threshold for each latent";
            case "gated" -> "gated ReLU";
            case "batchtopk" -> "ReLU above one threshold (BatchTopK, trained with k = %s)".formatted(settings.text("k"));
            case "matryoshka" -> "ReLU above one threshold (nested BatchTopK, trained with k = %s)".formatted(settings.text("k"));
            case "crosscoder" -> "ReLU, across %s hook points".formatted(settings.text("points"));
            default -> switch (settings.text("activation")) {
                case "abstopk" -> "the %s largest in magnitude, with their sign".formatted(settings.text("k"));
                case "groupmax" -> "the largest of each of %s groups, then ReLU".formatted(settings.text("k"));
                default -> "the %s largest, then ReLU".formatted(settings.text("k"));
            };
        };
        return settings.flag("rescale_acts_by_decoder_norm") ? latents + ", in units of the decoder rows' norms" : latents;
    }

    private static String normalisation(Settings settings) throws RefractException {
        String back = settings.flag("transcode") ? "the output is not scaled back" : "the output scaled back";
        return switch (settings.text("normalize_activations")) {
            case "layer_norm" -> "input normalised (each sample to mean 0 and standard deviation 1), " + back;
            case "constant_norm_rescale" -> "input normalised (each sample to the norm √width), " + back;
            case "expected_average_only_in" -> "input taken as it is (expected_average_only_in, whose factor is taken to be in the weights)";
            default -> "input not normalised";
        };
    }

    private static String biases(Settings settings) throws RefractException {
        return settings.flag("apply_b_dec_to_input") ? "b_dec subtracted from the input and added to the output" : "b_dec added to the output only";
    }
}
