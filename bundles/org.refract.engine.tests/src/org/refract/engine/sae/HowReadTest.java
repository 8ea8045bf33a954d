package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SaeConfig;

/** How a checkpoint was read is said in words that tell its activation, its normalisation, its biases and what its reader did. */
final class HowReadTest {

    private static List<String> lines(SaeForm form, Map<String, String> settings, String... notes) throws RefractException {
        return HowRead.lines(new Checkpoint(form.config(4, 4, 8, settings), Map.of(), Optional.empty(), List.of(notes)));
    }

    @Test
    void activationNormalisationAndBiasesAreSaid() throws RefractException {
        assertEquals(List.of("the 3 largest in magnitude, with their sign, input normalised (each sample to mean 0 and standard deviation 1),"
                + " the output scaled back, b_dec subtracted from the input and added to the output"),
                lines(SaeForm.KSPARSE, Map.of("k", "3", "activation", "abstopk", "normalize_activations", "layer_norm")));
        assertEquals(List.of("JumpReLU with a threshold for each latent, input not normalised, b_dec added to the output only"),
                lines(SaeForm.JUMPRELU, Map.of("apply_b_dec_to_input", "false")));
        assertEquals(List.of("the largest of each of 2 groups, then ReLU, input normalised (each sample to the norm √width), the output is not scaled back,"
                + " b_dec added to the output only"),
                lines(SaeForm.TRANSCODER, Map.of("k", "2", "activation", "groupmax", "normalize_activations", "constant_norm_rescale")));
    }

    @Test
    void whatTheReaderDidStandsOnALineOfItsOwn() throws RefractException {
        assertEquals(List.of("ReLU, input not normalised, b_dec subtracted from the input and added to the output", "a factor folded in, a prefix taken off"),
                lines(SaeForm.RELU, Map.of(), "a factor folded in", "a prefix taken off"));
    }

    @Test
    void ofAnExtensionsVariantOnlyTheReaderSpeaks() throws RefractException {
        SaeConfig stranger = new SaeConfig("stranger", 4, 4, 8, Settings.of(List.of(), Map.of()));
        assertEquals(List.of(), HowRead.lines(new Checkpoint(stranger, Map.of(), Optional.empty())));
    }
}
