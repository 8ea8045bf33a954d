package org.refract.format.sparsify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.RoundTrip;
import org.refract.engine.tensor.Scope;
import org.refract.tck.FormatCheck;
import org.refract.tck.GoldenCheck;

/** sparsify checkpoints are read, run and written exactly. */
final class SparsifyFormatTest {

    private final SparsifyFormat format = new SparsifyFormat();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"sparsify_topk", "sparsify_groupmax", "sparsify_skip_transcoder"})
    void computesAndKeepsWhatTheToolWrote(String set) throws Exception {
        Path checkpoint = new Locations().reference("sae").resolve(set);
        assertEquals(List.of(), FormatCheck.differences(format, checkpoint, checkpoint.resolve("golden.safetensors"), folder.resolve("written")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sparsify_topk", "sparsify_skip_transcoder"})
    void whateverIsDamagedIsASentence(String set) throws Exception {
        assertEquals(List.of(), FormatCheck.damage(format, new Locations().reference("sae").resolve(set), folder, 1));
    }

    @Test
    void computesWhatTheToolComputesWithMultiTopK() throws Exception {
        Path checkpoint = new Locations().reference("sae").resolve("sparsify_topk_expansion");
        Path golden = checkpoint.resolve("golden.safetensors");
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(checkpoint, scope.manager());
            assertEquals(List.of(), RoundTrip.differences(format, read, folder.resolve("written")));
            SaeConfig config = read.config();
            SaeConfig wider = new SaeConfig(config.variant(), config.width(), config.outputWidth(), config.latents(),
                    config.settings().with("k", 4 * config.settings().integer("k")));
            try (DenseSae sae = DenseSae.restore(config, read.tensors(), Placement.CPU);
                    DenseSae four = DenseSae.restore(wider, read.tensors(), Placement.CPU)) {
                assertEquals(List.of(), GoldenCheck.differences(sae, golden, List.of("latents", "loss.l0", "loss.l1", "loss.l1_wdec")));
                assertEquals(List.of(), GoldenCheck.differences(four, golden, List.of("recon", "loss.mse_sum", "loss.mse_mean", "loss.multi_topk_fvu")));
            }
        }
    }

    /** The largest of the dead latents reconstruct what the others left; {@code dead_mask} says which are dead. */
    @ParameterizedTest
    @ValueSource(strings = {"sparsify_topk", "sparsify_topk_expansion", "sparsify_groupmax", "sparsify_skip_transcoder"})
    void computesTheAuxiliaryLoss(String set) throws Exception {
        Path checkpoint = new Locations().reference("sae").resolve(set);
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = SafeTensors.open(checkpoint.resolve("golden.safetensors"))) {
            Checkpoint read = format.read(checkpoint, scope.manager());
            SaeConfig config = read.config();
            NDArray x = golden.read("x", scope);
            NDArray target = golden.has("target") ? golden.read("target", scope) : x;
            NDArray dead = golden.read("dead_mask", scope).nonzero().squeeze(1);
            Map<String, NDArray> tensors = new HashMap<>(read.tensors());
            tensors.remove("W_skip");
            tensors.put("W_enc", tensors.get("W_enc").transpose().get(dead).transpose());
            tensors.put("W_dec", tensors.get("W_dec").get(dead));
            tensors.put("b_enc", tensors.get("b_enc").get(dead));
            int number = (int) tensors.get("b_enc").size();
            int half = config.outputWidth() / 2;
            SaeConfig revived = new SaeConfig(config.variant(), config.width(), config.outputWidth(), number,
                    config.settings().with("k", Math.min(half, number)).with("activation", "topk"));
            try (DenseSae sae = DenseSae.restore(config, read.tensors(), Placement.CPU);
                    DenseSae some = DenseSae.restore(revived, tensors, Placement.CPU)) {
                NDArray left = target.sub(sae.reconstruct(x)).sub(some.reconstruct(x));
                double variance = target.sub(target.mean(new int[] {0})).square().sum().getFloat();
                double loss = left.square().sum().getFloat() / variance * Math.min(1, number / (double) half);
                assertEquals(1, loss / golden.floats("loss.auxk")[0], 1e-4);
            }
        }
    }

    @Test
    void anotherArchitectureIsNamed() throws Exception {
        assertTrue(refusal("sparsify_skip_transcoder", cfg -> cfg.addProperty("skip_connection", false)).contains("W_skip"));
        assertTrue(refusal("sparsify_skip_transcoder", cfg -> cfg.addProperty("transcode", false)).contains("W_skip"));
        assertTrue(refusal("sparsify_topk", cfg -> cfg.addProperty("activation", "relu")).contains("relu"));
        assertTrue(refusal("sparsify_topk", cfg -> cfg.addProperty("num_latents", 0)).contains("shape"));
        assertTrue(refusal("sparsify_topk", cfg -> {
            cfg.remove("num_latents");
            cfg.addProperty("expansion_factor", 65536);
            cfg.addProperty("d_in", 32768);
        }).contains("d_in"));
        assertTrue(refusal("sparsify_topk", cfg -> cfg.addProperty("k", cfg.get("num_latents").getAsInt() + 1)).contains("'k' should be"));
    }

    @Test
    void aDecoderThatIsNotNormalisedIsNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(new Locations().reference("sae").resolve("sparsify_topk"), scope.manager());
            format.write(read, folder.resolve("changed"));
            read.tensors().get("W_dec").muli(2);
            format.write(read, folder.resolve("unnormalised"));
            Files.copy(folder.resolve("unnormalised/sae.safetensors"), folder.resolve("changed/sae.safetensors"), StandardCopyOption.REPLACE_EXISTING);
            RefractException refused = assertThrows(RefractException.class, () -> format.read(folder.resolve("changed"), scope.manager()));
            assertTrue(refused.getMessage().contains("norm 2.0"), refused.getMessage());
            assertEquals(read.config().latents(), format.read(folder.resolve("unnormalised"), scope.manager()).config().latents());
        }
    }

    private String refusal(String set, Consumer<JsonObject> change) throws Exception {
        Path source = new Locations().reference("sae").resolve(set);
        Path changed = Files.createDirectories(folder.resolve("changed"));
        Files.copy(source.resolve("sae.safetensors"), changed.resolve("sae.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        JsonObject cfg = Json.read(source.resolve("cfg.json")).element().getAsJsonObject();
        change.accept(cfg);
        Files.writeString(changed.resolve("cfg.json"), cfg.toString());
        try (Scope scope = Scope.open(Placement.CPU)) {
            return assertThrows(RefractException.class, () -> format.read(changed, scope.manager())).getMessage();
        }
    }
}
