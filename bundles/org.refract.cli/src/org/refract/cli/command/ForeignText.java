package org.refract.cli.command;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.pictures.PictureText;

/** What tools other than this one write into pictures, by the mark of each. */
final class ForeignText {
    /** What InvokeAI's predecessor wrote: {@code "a cat [dog]" -s 50 -S 7 -W 512 -H 512 -C 7.5 -A k_lms}. */
    private static final Pattern DREAM = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*+)\"(.*)", Pattern.DOTALL);
    private static final Pattern DREAM_OPTION = Pattern.compile("-([sSWHCA])\\s?([\\w.]+)");
    private static final Map<String, String> DREAM_NAMES = Map.of("s", "steps", "S", "seed", "W", "width", "H", "height", "C", "cfg_scale", "A", "sampler");
    private static final String NOVEL_AI = "NovelAI";
    private static final String FOOOCUS = "Fooocus";
    private static final String OF_FOOOCUS = "whose styles, sharpness and guidance of size are its own";

    private final Path file;
    private final PictureText text;

    private ForeignText(Path file, PictureText text) {
        this.file = file;
        this.text = text;
    }

    /** Reads it; empty if the file says nothing that is known. */
    static Optional<PastPicture> read(Path file, PictureText text) throws RefractException {
        return new ForeignText(file, text).read();
    }

    private Optional<PastPicture> read() throws RefractException {
        Map<String, String> further = text.further();
        Optional<Json> invoke = json(further.get("invokeai_metadata"));
        if (invoke.isPresent()) {
            return Optional.of(ForeignJson.read(invoke.get(), "InvokeAI", "which weighs words by its own rules"));
        }
        Optional<Json> older = json(further.get("sd-metadata"));
        if (older.isPresent()) {
            return Optional.of(ForeignJson.read(flat(older.get()), "InvokeAI", "which weighs words by its own rules"));
        }
        if (further.containsKey("Dream") && DREAM.matcher(further.get("Dream")).matches()) {
            return Optional.of(dream(further.get("Dream")));
        }
        Optional<Json> comment = json(further.get("Comment"));
        if (comment.isPresent() && (further.getOrDefault("Software", "").startsWith(NOVEL_AI) || comment.get().has("uc"))) {
            return Optional.of(ForeignJson.read(comment.get(), NOVEL_AI, "whose model is its own and which weighs words by its own rules"));
        }
        if (text.parameters().filter(parameters -> !parameters.isBlank()).isPresent()) {
            return Optional.of(parameters(text.parameters().get()));
        }
        if (text.graph().isPresent()) {
            return Optional.of(json(text.graph().get()).isPresent() ? ComfyPicture.read(file, text.graph().get()) : chunks(text.graph().get()));
        }
        Optional<Json> drawThings = json(xmpComment(further.get("XML:com.adobe.xmp")));
        if (drawThings.isPresent()) {
            return Optional.of(ForeignJson.read(drawThings.get(), "Draw Things", ""));
        }
        return named();
    }

    /** Files that only tell who drew them. */
    private Optional<PastPicture> named() {
        Map<String, String> further = text.further();
        if (further.containsKey("workflow")) {
            return Optional.of(nothingOf("it holds only the workflow that ComfyUI shows, not the graph that it ran"));
        }
        if (further.getOrDefault("Description", "").contains("Job ID:")) {
            return Optional.of(nothingOf("it was drawn by Midjourney, which does not say how"));
        }
        return further.getOrDefault("Software", "").startsWith(NOVEL_AI) ? Optional.of(nothingOf("it was drawn by NovelAI and says no more")) : Optional.empty();
    }

    private static PastPicture nothingOf(String why) {
        return new PastPicture(OptionValues.NONE, Optional.empty(), Optional.empty(), List.of(), List.of(), Map.of(PastPicture.PROMPT, why, "seed", why));
    }

    private PastPicture parameters(String parameters) throws RefractException {
        Optional<Json> json = json(parameters);
        String scheme = text.further().getOrDefault("fooocus_scheme", text.further().getOrDefault("MakerNote", ""));
        if (json.isEmpty()) {
            PastPicture read = WebUiParameters.read(parameters);
            return scheme.equals("a1111") || parameters.contains("Version: Fooocus") ? read.by(FOOOCUS + ", " + OF_FOOOCUS) : read;
        }
        Json object = json.get();
        for (Json field : object.fields().values()) {
            if (field.isObject() && field.has("class_type")) {
                return ComfyPicture.read(file, parameters);
            }
        }
        Optional<Json> swarm = object.find("sui_image_params").filter(Json::isObject);
        if (swarm.isPresent()) {
            return ForeignJson.read(swarm.get(), "SwarmUI", "");
        }
        boolean fooocus = scheme.equals("fooocus") || object.has("metadata_scheme") || object.has("adm_guidance");
        boolean ruined = object.has("software") && object.at("software").isText();
        return fooocus ? ForeignJson.read(object, FOOOCUS, OF_FOOOCUS)
                : ForeignJson.read(object, ruined ? object.at("software").text() : object.has("use_stable_diffusion_model") ? "Easy Diffusion" : "another tool", "");
    }

    /** What was told of the picture beside the program. */
    private static Json flat(Json metadata) throws RefractException {
        Json image = metadata.find("image").filter(Json::isObject).orElse(metadata);
        Optional<Json> prompts = image.find("prompt").filter(Json::isList);
        if (prompts.isEmpty()) {
            return image;
        }
        JsonObject changed = image.element().getAsJsonObject();
        StringBuilder prompt = new StringBuilder();
        for (Json part : prompts.get().items()) {
            prompt.append(prompt.isEmpty() ? "" : ", ").append(part.at("prompt").text());
        }
        changed.addProperty("prompt", prompt.toString());
        return Json.parse("The picture's text", changed.toString());
    }

    private PastPicture dream(String line) throws RefractException {
        Matcher whole = DREAM.matcher(line);
        if (!whole.matches()) {
            throw new IllegalStateException(line);
        }
        JsonObject said = new JsonObject();
        Matcher options = DREAM_OPTION.matcher(whole.group(2));
        while (options.find()) {
            said.addProperty(DREAM_NAMES.get(options.group(1)), options.group(2));
        }
        Matcher against = Pattern.compile("\\[([^\\]]*)]").matcher(whole.group(1));
        StringBuilder negative = new StringBuilder();
        while (against.find()) {
            negative.append(negative.isEmpty() ? "" : ", ").append(against.group(1));
        }
        said.addProperty("prompt", whole.group(1).replaceAll("\\s*\\[[^\\]]*]", "").strip());
        said.addProperty("negative_prompt", negative.toString());
        return ForeignJson.read(Json.parse(file.toString(), said.toString()), "InvokeAI", "which weighs words by its own rules");
    }

    /** Easy Diffusion writes a chunk for each value. */
    private PastPicture chunks(String prompt) throws RefractException {
        JsonObject said = new JsonObject();
        Map<String, String> values = new LinkedHashMap<>(text.further());
        values.put("prompt", prompt);
        values.forEach(said::addProperty);
        return ForeignJson.read(Json.parse(file.toString(), said.toString()), "Easy Diffusion", "");
    }

    /** The comment in Adobe's XML. */
    private static String xmpComment(String xmp) {
        int from = xmp == null ? -1 : xmp.indexOf("<exif:UserComment>");
        int item = from < 0 ? -1 : xmp.indexOf("<rdf:li", from);
        int begin = item < 0 ? -1 : xmp.indexOf('>', item) + 1;
        int end = begin <= 0 ? -1 : xmp.indexOf("</rdf:li>", begin);
        return end < 0 ? null : xmp.substring(begin, end).replace("&quot;", "\"").replace("&#34;", "\"").replace("&apos;", "'").replace("&#39;", "'").replace("&lt;", "<")
                .replace("&gt;", ">").replace("&#xA;", "\n").replace("&amp;", "&");
    }

    /** A text that is an object of JSON; prompts may begin with a brace, too. */
    private static Optional<Json> json(String text) {
        if (text == null || !text.strip().startsWith("{")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.parse("The picture's text", text.strip())).filter(Json::isObject);
        } catch (RefractException noJson) {
            return Optional.empty();
        }
    }
}
