package org.refract.engine.request;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Options;
import org.refract.api.model.PixelRequest;
import org.refract.api.model.Request;
import org.refract.api.model.StartImage;
import org.refract.api.model.TextRequest;

/**
 * The JSON form of a {@link Request}: {@code {"kind", ...}} with the field's own names in lower case with underscores. What is as usual is left out, so
 * that equal requests have equal forms. A tensor stands there as its name.
 */
final class WrittenRequest {

    /** Keeps tensors under their names. */
    interface Tensors {
        void keep(String name, NDArray tensor) throws RefractException;
    }

    private final Tensors tensors;

    private WrittenRequest(Tensors tensors) {
        this.tensors = tensors;
    }

    static JsonObject of(Request request, Tensors tensors) throws RefractException {
        WrittenRequest written = new WrittenRequest(tensors);
        return switch (request) {
            case ImageRequest image -> written.image(image);
            case TextRequest text -> written.text(text);
            case PixelRequest pixels -> written.pixels(pixels);
        };
    }

    private JsonObject image(ImageRequest request) throws RefractException {
        JsonObject json = begun(request);
        json.add("prompts", texts(request.prompts()));
        if (!request.negativePrompts().isEmpty()) {
            json.add("negative_prompts", texts(request.negativePrompts()));
        }
        json.add("seeds", numbers(request.seeds()));
        json.addProperty("steps", request.steps());
        json.addProperty("guidance", request.guidance());
        json.addProperty("height", request.height());
        json.addProperty("width", request.width());
        if (!request.decode()) {
            json.addProperty("decode", false);
        }
        if (request.noise().given().isPresent()) {
            json.addProperty("noise", kept("noise", request.noise().given().get()));
        }
        if (request.noise().behind() > 0) {
            json.addProperty("noise_behind", request.noise().behind());
        }
        if (request.stage().start() > 0) {
            json.addProperty("stage_start", request.stage().start());
        }
        if (request.stage().end() < 1) {
            json.addProperty("stage_end", request.stage().end());
        }
        if (request.stage().latents().isPresent()) {
            json.addProperty("stage_latents", kept("stage_latents", request.stage().latents().get()));
        }
        if (request.start().isPresent()) {
            json.add("start", start(request.start().get()));
        }
        options(request.options(), json);
        return json;
    }

    private JsonObject start(StartImage start) throws RefractException {
        JsonObject json = new JsonObject();
        json.addProperty("image", kept("start_image", start.image()));
        json.addProperty("strength", start.strength());
        if (start.mask().isPresent()) {
            json.addProperty("mask", kept("start_mask", start.mask().get()));
        }
        return json;
    }

    private JsonObject text(TextRequest request) {
        JsonObject json = begun(request);
        JsonArray passages = new JsonArray();
        request.passages().forEach(passage -> {
            switch (passage) {
                case TextRequest.Passage.Text(String text) -> passages.add(text);
                case TextRequest.Passage.Ids(List<Long> ids) -> passages.add(numbers(ids));
            }
        });
        json.add("passages", passages);
        json.addProperty("logits", request.logits().name().toLowerCase(Locale.ROOT));
        request.continuation().ifPresent(how -> json.add("continuation", continuation(how)));
        options(request.options(), json);
        return json;
    }

    private static JsonObject continuation(TextRequest.Continuation how) {
        JsonObject json = new JsonObject();
        json.addProperty("tokens", how.tokens());
        json.addProperty("temperature", how.temperature());
        json.addProperty("top_k", how.topK());
        json.addProperty("top_p", how.topP());
        json.addProperty("repetition_penalty", how.repetitionPenalty());
        json.add("seeds", numbers(how.seeds()));
        json.add("stop", numbers(how.stop()));
        return json;
    }

    private JsonObject pixels(PixelRequest request) throws RefractException {
        JsonObject json = begun(request);
        json.addProperty("pictures", kept("pictures", request.pictures()));
        json.addProperty("rebuild", request.rebuild());
        options(request.options(), json);
        return json;
    }

    private static JsonObject begun(Request request) {
        JsonObject json = new JsonObject();
        json.addProperty("kind", request.kind());
        return json;
    }

    private String kept(String name, NDArray tensor) throws RefractException {
        tensors.keep(name, tensor);
        return name;
    }

    private static void options(Options said, JsonObject json) {
        JsonObject options = new JsonObject();
        said.values().forEach((name, values) -> {
            if (values.size() == 1) {
                options.addProperty(name, values.getFirst());
            } else {
                options.add(name, texts(values));
            }
        });
        if (!options.isEmpty()) {
            json.add("options", options);
        }
    }

    private static JsonArray texts(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    private static JsonArray numbers(List<Long> numbers) {
        JsonArray array = new JsonArray();
        numbers.forEach(array::add);
        return array;
    }
}
