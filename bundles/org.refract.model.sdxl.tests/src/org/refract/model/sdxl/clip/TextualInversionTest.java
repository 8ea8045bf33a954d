package org.refract.model.sdxl.clip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.ReferenceSet;
import org.refract.model.sdxl.SdxlBackend;

class TextualInversionTest {

    @TempDir
    Path folder;

    @Test
    void theFilesOfEveryToolAreRead() throws Exception {
        TextualInversion both = TextualInversion.read(file("my-style.safetensors"));
        assertEquals("my-style", both.token());
        assertEquals(Map.of(1, 32, 2, 48), widths(both));
        assertEquals(List.of(2, 2), both.vectors().stream().map(TextualInversion.Vectors::count).toList());
        TextualInversion single = TextualInversion.read(file("learned_embeds.safetensors"));
        assertEquals("<cat-toy>", single.token());
        assertEquals(Map.of(0, 48), widths(single));
        TextualInversion old = TextualInversion.read(file("old.pt"));
        assertEquals("old-style", old.token());
        assertEquals(Map.of(0, 32), widths(old));
    }

    /** Widths of the vectors by the numbers of their encoders. */
    private static Map<Integer, Integer> widths(TextualInversion inversion) {
        return inversion.vectors().stream().collect(Collectors.toMap(TextualInversion.Vectors::encoder, TextualInversion.Vectors::width));
    }

    @Test
    void theWordIsFoundWholeAndInAnyCase() throws Exception {
        Tokenizer tokenizer = TokenizerFiles.read(ReferenceSet.base().resolve("tokenizer")).with("My-Style", List.of(5000, 5001)).with("<toy>", List.of(6000));
        assertEquals(List.of(5000, 5001), tokenizer.tokens("my-style"));
        assertEquals(List.of(5000, 5001, 6000), tokenizer.tokens("MY-STYLE <toy>"));
        assertFalse(tokenizer.tokens("my-styles").contains(5000));
        assertFalse(tokenizer.tokens("amy-style").contains(5000));
        assertTrue(tokenizer.tokens("a<toy>s").contains(6000));
    }

    @Test
    void aModelOpenedWithAFileKnowsItsWord() throws Exception {
        ImageRequest request = ImageRequest.of(1, 1, 64, 64).withPrompt("a cat, my-style", 1).withDecode(false);
        try (Scope scope = Scope.open(Placement.CPU); ImageModel plain = open(List.of()); ImageModel taught = open(List.of(file("my-style.safetensors")))) {
            float[] before = Tensors.floats(plain.generate(request, List.of(), Monitor.silent(), scope.manager()).latents());
            float[] after = Tensors.floats(taught.generate(request, List.of(), Monitor.silent(), scope.manager()).latents());
            assertFalse(Arrays.equals(before, after));
            ImageRequest without = request.withPrompt("a cat", 1);
            assertEquals(0, ReferenceSet.largestDifference(Tensors.floats(plain.generate(without, List.of(), Monitor.silent(), scope.manager()).latents()),
                    Tensors.floats(taught.generate(without, List.of(), Monitor.silent(), scope.manager()).latents())));
            assertFalse(plain.info().fingerprint().equals(taught.info().fingerprint()));
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithASentence() throws Exception {
        Path twice = folder.resolve("MY-style.safetensors");
        Files.copy(file("my-style.safetensors"), twice);
        assertTrue(sentence(List.of(file("my-style.safetensors"), twice)).contains("has a meaning of its own already"));
        Path word = folder.resolve("broken.safetensors");
        Files.writeString(word, "no tensors");
        assertTrue(sentence(List.of(word)).contains("broken.safetensors"));
        assertTrue(sentence(List.of(ReferenceSet.base().resolve("vae/diffusion_pytorch_model.safetensors"))).contains("is no textual inversion"));
        assertTrue(sentence(List.of(folder.resolve("missing.pt"))).contains("missing.pt"));
    }

    private static String sentence(List<Path> files) {
        return assertThrows(RefractException.class, () -> open(files).close()).getMessage();
    }

    private static ImageModel open(List<Path> files) throws Exception {
        return (ImageModel) new SdxlBackend().open(ReferenceSet.base(), Placement.CPU, new Adapters(List.of(), files, Optional.empty()), Monitor.silent());
    }

    private static Path file(String name) throws RefractException {
        return new Locations().reference("prompts").resolve(name);
    }
}
