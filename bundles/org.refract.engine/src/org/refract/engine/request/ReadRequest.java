package org.refract.engine.request;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Noise;
import org.refract.api.model.Options;
import org.refract.api.model.PixelRequest;
import org.refract.api.model.Request;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.api.model.TextRequest;
import org.refract.api.model.TextRequest.Continuation;
import org.refract.api.model.TextRequest.Logits;
import org.refract.api.model.TextRequest.Passage;

/** Reads the form that {@link WrittenRequest} writes. A field that it does not know is refused, for it would change the answer. */
final class ReadRequest {

    /** Finds tensors by their names. */
    interface Tensors {
        NDArray named(String name) throws RefractException;
    }

    private static final int MOST_STEPS = 1_000_000;
    private static final Set<String> IMAGE = Set.of("kind", "prompts", "negative_prompts", "seeds", "steps", "guidance", "height", "width", "decode", "noise",
            "noise_behind", "stage_start", "stage_end", "stage_latents", "start", "options");
    private static final Set<String> TEXT = Set.of("kind", "passages", "logits", "continuation", "options");
    private static final Set<String> PIXELS = Set.of("kind", "pictures", "rebuild", "options");

    private final Json json;
    private final Tensors tensors;

    private ReadRequest(Json json, Tensors tensors) {
        this.json = json;
        this.tensors = tensors;
    }

    static Request of(Json json, Tensors tensors) throws RefractException {
        ReadRequest read = new ReadRequest(json, tensors);
        String kind = json.at("kind").text();
        return switch (kind) {
            case "image" -> read.known(IMAGE).image();
            case "text" -> read.known(TEXT).text();
            case "pixels" -> read.known(PIXELS).pixels();
            default -> throw RefractException.usage("A request of the kind '%s' is none that is known here; there are image, text and pixels.", kind);
        };
    }

    private ReadRequest known(Set<String> names) throws RefractException {
        for (String name : json.fields().keySet()) {
            if (!names.contains(name)) {
                throw RefractException.usage("The request says '%s', which means nothing to this version; take it out, or write it among the options.", name);
            }
        }
        return this;
    }

    private ImageRequest image() throws RefractException {
        List<String> prompts = texts(json.at("prompts"));
        List<Long> seeds = numbers(json.at("seeds"));
        Stage stage = new Stage(number("stage_start", 0), number("stage_end", 1), tensor("stage_latents"));
        Noise noise = new Noise(tensor("noise"), json.has("noise_behind") ? json.at("noise_behind").integer(0, MOST_STEPS) : 0);
        return new ImageRequest(prompts, json.has("negative_prompts") ? texts(json.at("negative_prompts")) : List.of(), seeds,
                json.at("steps").integer(1, MOST_STEPS), json.at("guidance").number(), json.at("height").integer(1, Integer.MAX_VALUE),
                json.at("width").integer(1, Integer.MAX_VALUE), noise, !json.has("decode") || json.at("decode").flag(), stage, start(), options());
    }

    private Optional<StartImage> start() throws RefractException {
        if (!json.has("start")) {
            return Optional.empty();
        }
        Json start = json.at("start");
        Optional<NDArray> mask = start.has("mask") ? Optional.of(tensors.named(start.at("mask").text())) : Optional.empty();
        return Optional.of(new StartImage(tensors.named(start.at("image").text()), start.at("strength").number(), mask));
    }

    private TextRequest text() throws RefractException {
        List<Passage> passages = new ArrayList<>();
        for (Json passage : json.at("passages").items()) {
            passages.add(passage.isText() ? new Passage.Text(passage.text()) : new Passage.Ids(numbers(passage)));
        }
        String logits = json.at("logits").text();
        return new TextRequest(passages, switch (logits) {
            case "none" -> Logits.NONE;
            case "last" -> Logits.LAST;
            case "all" -> Logits.ALL;
            default -> throw RefractException.usage("The request wants '%s' logits; it can want %s.", logits,
                    String.join(", ", List.of(Logits.values()).stream().map(l -> l.name().toLowerCase(Locale.ROOT)).toList()));
        }, json.has("continuation") ? Optional.of(continuation(json.at("continuation"))) : Optional.empty(), options());
    }

    private static Continuation continuation(Json how) throws RefractException {
        return new Continuation(how.at("tokens").integer(0, MOST_STEPS), how.at("temperature").number(), how.at("top_k").integer(0, MOST_STEPS),
                how.at("top_p").number(), how.at("repetition_penalty").number(), numbers(how.at("seeds")), numbers(how.at("stop")));
    }

    private PixelRequest pixels() throws RefractException {
        return new PixelRequest(tensors.named(json.at("pictures").text()), json.at("rebuild").flag(), options());
    }

    private Options options() throws RefractException {
        if (!json.has("options")) {
            return Options.NONE;
        }
        Map<String, List<String>> said = new LinkedHashMap<>();
        for (Map.Entry<String, Json> option : json.at("options").fields().entrySet()) {
            said.put(option.getKey(), option.getValue().isList() ? texts(option.getValue()) : List.of(option.getValue().text()));
        }
        return new Options(said);
    }

    private double number(String name, double otherwise) throws RefractException {
        return json.has(name) ? json.at(name).number() : otherwise;
    }

    private Optional<NDArray> tensor(String name) throws RefractException {
        return json.has(name) ? Optional.of(tensors.named(json.at(name).text())) : Optional.empty();
    }

    private static List<String> texts(Json list) throws RefractException {
        List<String> texts = new ArrayList<>();
        for (Json item : list.items()) {
            texts.add(item.text());
        }
        return texts;
    }

    private static List<Long> numbers(Json list) throws RefractException {
        List<Long> numbers = new ArrayList<>();
        for (Json item : list.items()) {
            numbers.add(item.integer());
        }
        return numbers;
    }
}
