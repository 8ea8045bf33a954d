package org.refract.engine.request;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Noise;
import org.refract.api.model.PixelRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.api.model.TextRequest;
import org.refract.api.model.TextRequest.Continuation;
import org.refract.api.model.TextRequest.Logits;
import org.refract.api.model.TextRequest.Passage;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

class RequestFileTest {

    @TempDir
    private Path folder;

    private static ImageRequest image() {
        return ImageRequest.of(4, 5.5, 64, 96).withPrompts(List.of("a \"red\" heart\n", ""), List.of(7L, -1L)).withNegativePrompts(List.of("blurred"))
                .withScheduler("ddim,eta=0.5").withOption("clip_skip", 2).with(said -> said.with("prompt2", List.of("x", "y")));
    }

    @Test
    void whatWasAskedIsReadAsItWasAsked() throws Exception {
        for (ImageRequest request : List.of(ImageRequest.of(1, 0, 8, 8), image(), image().withDecode(false).withStage(Stage.until(0.8)).withNoise(Noise.after(3)))) {
            Json written = Json.parse("a request", Json.text(RequestFile.json(request)));
            assertEquals(request, RequestFile.read(written));
            assertEquals(Json.text(RequestFile.json(request)), Json.text(RequestFile.json(RequestFile.read(written))));
        }
        TextRequest text = new TextRequest(List.of(new Passage.Text("Once"), new Passage.Ids(List.of(1L, 50256L))), Logits.LAST,
                Optional.of(new Continuation(5, 0.7, 40, 0.9, 1.1, List.of(1L, 2L), List.of(13L))), image().options());
        assertEquals(text, RequestFile.read(Json.parse("a request", Json.text(RequestFile.json(text)))));
    }

    @Test
    void tensorsLieBesideIt() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray photo = tensor(scope, 3 * 8 * 8, 1, 3, 8, 8);
            NDArray mask = tensor(scope, 8 * 8, 1, 1, 8, 8);
            NDArray noise = tensor(scope, 2 * 4, 2, 1, 4, 1, 1);
            Path file = folder.resolve("draw.json");
            RequestFile.write(file, image().withStart(new StartImage(photo, 0.6, Optional.of(mask))).withNoise(Noise.given(noise)));
            ImageRequest read = (ImageRequest) RequestFile.read(file, scope.manager());
            assertArrayEquals(Tensors.floats(photo), Tensors.floats(read.start().orElseThrow().image()));
            assertArrayEquals(Tensors.floats(mask), Tensors.floats(read.start().orElseThrow().mask().orElseThrow()));
            assertEquals(noise.getShape(), read.noise().given().orElseThrow().getShape());
            assertEquals(0.6, read.start().orElseThrow().strength());
            assertEquals(image().options(), read.options());

            Path pixels = folder.resolve("look.json");
            RequestFile.write(pixels, PixelRequest.of(photo).withRebuild(true));
            PixelRequest looked = (PixelRequest) RequestFile.read(pixels, scope.manager());
            assertTrue(looked.rebuild());
            assertArrayEquals(Tensors.floats(photo), Tensors.floats(looked.pictures()));

            Files.delete(folder.resolve("look.safetensors"));
            assertTrue(assertThrows(RefractException.class, () -> RequestFile.read(pixels, scope.manager())).getMessage().contains("look.safetensors is not there"));
        }
    }

    @Test
    void aRequestWithTensorsNeedsAFile() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            assertThrows(RefractException.class, () -> RequestFile.json(PixelRequest.of(tensor(scope, 3, 1, 3, 1, 1))));
        }
        assertFalse(Files.exists(folder.resolve("a.json")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"kind\": \"song\"}", "{\"kind\": \"image\", \"prompts\": [\"a\"]}",
        "{\"kind\": \"image\", \"prompts\": [\"a\"], \"seeds\": [0], \"steps\": 0, \"guidance\": 0, \"height\": 8, \"width\": 8}",
        "{\"kind\": \"image\", \"prompts\": [\"a\"], \"seeds\": [0], \"steps\": 1, \"guidance\": 0, \"height\": 8, \"width\": 8, \"clip_skip\": 2}",
        "{\"kind\": \"image\", \"prompts\": [\"a\"], \"seeds\": [0.5], \"steps\": 1, \"guidance\": 0, \"height\": 8, \"width\": 8}",
        "{\"kind\": \"image\", \"prompts\": [\"a\"], \"seeds\": [0], \"steps\": 1, \"guidance\": 0, \"height\": 8, \"width\": 8, \"noise_behind\": -1}",
        "{\"kind\": \"text\", \"passages\": [[\"a\"]], \"logits\": \"all\"}", "{\"kind\": \"text\", \"passages\": [], \"logits\": \"some\"}",
        "{\"kind\": \"pixels\", \"pictures\": \"p\", \"rebuild\": false}", "[]"})
    void whatIsNoRequestIsRefusedWithASentence(String text) {
        assertThrows(RefractException.class, () -> RequestFile.read(Json.parse("request.json", text)));
    }

    private static NDArray tensor(Scope scope, int numbers, long... shape) {
        float[] values = new float[numbers];
        for (int i = 0; i < numbers; i++) {
            values[i] = i / 7f;
        }
        return Tensors.of(scope.manager(), values, shape);
    }
}
