package org.refract.format.sdxlunbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.Locations;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.sae.RoundTrip;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.tck.FormatCheck;

/** sdxl-unbox checkpoints are read, run and written exactly, and the released statistics are read. */
final class SdxlUnboxFormatTest {

    private final SdxlUnboxFormat format = new SdxlUnboxFormat();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"sdxl_unbox"})
    void computesAndKeepsWhatTheToolWrote(String set) throws Exception {
        Path checkpoint = new Locations().reference("sae").resolve(set);
        assertEquals(List.of(), FormatCheck.differences(format, checkpoint, checkpoint.resolve("golden.safetensors"), folder.resolve("written")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sdxl_unbox"})
    void whateverIsDamagedIsASentence(String set) throws Exception {
        assertEquals(List.of(), FormatCheck.damage(format, new Locations().reference("sae").resolve(set), folder, 1));
    }

    @Test
    void theDecoderStaysColumnMajorAndTheStatisticsStay() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(new Locations().reference("sae").resolve("sdxl_unbox"), scope.manager());
            assertEquals("topk", read.config().variant());
            assertTrue(read.tensors().keySet().containsAll(List.of("mean", "std")));
            format.write(read, folder.resolve("written"));
            try (TorchArchive written = TorchArchive.open(folder.resolve("written/state_dict.pth"))) {
                assertTrue(written.tensors().get("state_dict.decoder.weight").isColumnMajor());
            }
        }
    }

    @Test
    void theReleasedStatisticsAreReadAndTheirMissingWeightsNamed() throws Exception {
        Path released = new Locations().reference("sdxl-unbox-released").resolve("unet.down_blocks.2.attentions.1");
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] mean = Tensors.floats(SdxlUnboxFormat.statistics(released.resolve("mean.pt"), scope.manager(), 5120));
            assertEquals(14.8917f, mean[2301], 1e-4f);
            assertTrue(format.recognises(released));
            RefractException refused = assertThrows(RefractException.class, () -> format.read(released, scope.manager()));
            assertTrue(refused.getMessage().contains("state_dict.pth"), refused.getMessage());
            assertThrows(RefractException.class, () -> SdxlUnboxFormat.statistics(released.resolve("mean.pt"), scope.manager(), 48));
        }
    }

    /** A damaged configuration beside the weights is still this format's, so that its damage is said. */
    @Test
    void aFieldThatNobodyKnowsAndADamagedConfigurationAreNamed() throws Exception {
        Path source = new Locations().reference("sae").resolve("sdxl_unbox");
        String config = Files.readString(source.resolve("config.json"));
        Path changed = Files.createDirectories(folder.resolve("changed"));
        Files.copy(source.resolve("state_dict.pth"), changed.resolve("state_dict.pth"));
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (String said : List.of("'temperature' (2)", "not a valid JSON file")) {
                Files.writeString(changed.resolve("config.json"), said.startsWith("'") ? config.replace("{", "{\"temperature\": 2, ") : config + "}");
                assertTrue(format.recognises(changed));
                RefractException refused = assertThrows(RefractException.class, () -> format.read(changed, scope.manager()));
                assertTrue(refused.getMessage().contains(said), refused.getMessage());
            }
            Files.writeString(changed.resolve("config.json"), config.replaceAll("\"auxk\": *\\d+", "\"auxk\": null"));
            Checkpoint without = format.read(changed, scope.manager());
            assertEquals(0, without.config().settings().real("auxk_coef"));
            assertEquals(List.of(), RoundTrip.differences(format, without, folder.resolve("written")));
        }
    }

    @Test
    void theFolderNamesTheHookPoint() throws Exception {
        Path source = new Locations().reference("sae").resolve("sdxl_unbox");
        Path named = Files.createDirectories(folder.resolve("unet.mid_block.attentions.0_k10_hidden5120_auxk256_bs4096_lr0.0001/final"));
        for (String file : List.of("config.json", "state_dict.pth")) {
            Files.copy(source.resolve(file), named.resolve(file));
        }
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(named, scope.manager());
            assertEquals("unet.mid_block.attentions.0:update", read.provenance().get().point().toString());
            assertEquals(Optional.empty(), format.read(source, scope.manager()).provenance());
        }
    }
}
