package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.tck.GoldenCheck;

/** What dictionary_learning computes besides encode and decode of a checkpoint: selection over a batch, and a normalised decoder. */
class PublishedSelectionTest {

    private static final KernelLibrary CODES = KernelLibrary.of(SparseTrainer.class, List.of("bags.ts.py", "codes.ts.py"));
    private static final KernelLibrary PLAIN = KernelLibrary.ofText("plain", """
            def shifted(x: Tensor, b: Tensor) -> Tensor:
              return x - b

            def dense(values: Tensor, rows: Tensor, columns: Tensor, samples: int, latents: int) -> Tensor:
              z = torch.zeros([samples * latents], dtype=values.dtype, device=values.device)
              return torch.scatter(z, 0, rows * latents + columns, values).view([samples, latents])

            def decoded(z: Tensor, W_dec: Tensor, b: Tensor) -> Tensor:
              return torch.addmm(b, z, W_dec)
            """);

    private static void same(float[] expected, float[] found, int rows) {
        assertEquals(expected.length, found.length);
        int columns = expected.length / rows;
        for (int row = 0; row < rows; row++) {
            double largest = 0;
            for (int c = 0; c < columns; c++) {
                largest = Math.max(largest, Math.abs(expected[row * columns + c]));
            }
            for (int c = 0; c < columns; c++) {
                assertEquals(expected[row * columns + c], found[row * columns + c], 1e-5 * largest + 1e-6, "row " + row + ", column " + c);
            }
        }
    }

    /** {@code encode(x, use_threshold=False)}: the k·B largest of the whole batch. */
    @ParameterizedTest
    @ValueSource(strings = {"dictlearn_batchtopk", "dictlearn_matryoshka"})
    void theBatchsLargestLatentsAreThoseOfTheTool(String set) throws Exception {
        Path folder = new Locations().reference("sae").resolve(set);
        boolean linear = set.equals("dictlearn_batchtopk");
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"));
                TorchArchive archive = TorchArchive.open(folder.resolve("ae.pt"))) {
            var out = scope.manager();
            NDArray x = golden.read("x", out);
            int samples = (int) x.getShape().get(0);
            NDArray bias = Weights.floats(out, archive.read("b_dec", out));
            NDArray encoder = linear ? Weights.floats(out, archive.read("encoder.weight", out)) : Weights.transposed(out, archive.read("W_enc", out));
            NDArray b_enc = Weights.floats(out, archive.read(linear ? "encoder.bias" : "b_enc", out));
            NDArray decoder = linear ? Weights.transposed(out, archive.read("decoder.weight", out)) : Weights.floats(out, archive.read("W_dec", out));
            int k = (int) Tensors.longs(archive.read("k", out))[0];
            int latents = (int) encoder.getShape().get(0);
            NDList chosen = CODES.callList(out, "choose_batch", PLAIN.call(out, "shifted", x, bias), encoder, b_enc, null,
                    Tensors.zeros(out, (long) samples * latents), k * samples, false, samples, latents, samples);
            NDArray z = PLAIN.call(out, "dense", chosen.get(0), chosen.get(1), chosen.get(2), samples, latents);
            same(golden.floats("latents_batch_topk"), Tensors.floats(z), samples);
            same(golden.floats("recon_batch_topk"), Tensors.floats(PLAIN.call(out, "decoded", z, decoder, bias)), samples);
        }
    }

    /** {@code AutoEncoder.from_pretrained} makes decoder columns unit vectors: latents grow by their norms, reconstructions stay. */
    @Test
    void aNormalisedDecoderKeepsTheReconstruction() throws Exception {
        Path folder = new Locations().reference("sae").resolve("dictlearn_autoencoder");
        try (Scope scope = Scope.open(Placement.CPU); TorchArchive archive = TorchArchive.open(folder.resolve("ae.pt"))) {
            var out = scope.manager();
            NDList folded = Weights.KERNELS.callList(out, "folded", Weights.transposed(out, archive.read("encoder.weight", out)),
                    Weights.floats(out, archive.read("encoder.bias", out)), Weights.transposed(out, archive.read("decoder.weight", out)));
            Map<String, NDArray> tensors = Map.of("W_enc", folded.get(0), "b_enc", folded.get(1), "W_dec", folded.get(2), "b_dec",
                    Weights.floats(out, archive.read("bias", out)));
            int width = (int) tensors.get("W_enc").getShape().get(0);
            int latents = (int) tensors.get("W_enc").getShape().get(1);
            try (DenseSae sae = DenseSae.restore(SaeForm.RELU.config(width, width, latents, Map.of()), tensors, Placement.CPU)) {
                assertEquals(List.of(), GoldenCheck.differences(sae, folder.resolve("golden_from_pretrained.safetensors"), List.of("latents", "recon")));
            }
        }
    }
}
