package org.refract.cli.command;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.json.Json;

/** Reads the flat JSON that most tools write of a picture; they differ in what they call things, not in what they say. */
final class ForeignJson {
    /** Options by what tools call them, in lower case without signs between the words. */
    private static final Map<String, List<String>> NAMES = Map.of(PastPicture.PROMPT, List.of("prompt", "positiveprompt", "c"), "prompt2", List.of("positivestyleprompt"),
            "negative", List.of("negativeprompt", "negative", "uc"), "negative2", List.of("negativestyleprompt"), "seed", List.of("seed"),
            "steps", List.of("steps", "numinferencesteps"), "guidance", List.of("cfgscale", "guidancescale", "scale", "cfg", "guidance"));
    private static final List<String> SAMPLER = List.of("samplername", "sampler", "scheduler");
    private static final List<String> SPACING = List.of("scheduler", "noiseschedule", "scheduletype");
    private static final List<String> SHAPE = List.of("size", "resolution");
    private static final List<String> MODEL = List.of("basemodel", "basemodelname", "model", "modelweights", "usestablediffusionmodel");
    private static final List<String> LORAS = List.of("loras", "lora");
    /** Versions, dates, hashes, and what follows from other values. */
    private static final Set<String> SILENT = Set.of("width", "height", "version", "appversion", "appid", "swarmversion", "date", "generationtime", "basemodelhash",
            "modelhash", "hash", "metadatascheme", "software", "createdby", "user", "signedhash", "nsamples", "requesttype", "generationmode", "aspectratio",
            "loraweights", "fullprompt", "fullnegativeprompt", "usedrandomseed", "numoutputs", "v4prompt", "v4negativeprompt", "v2", "profile", "outputformat", "type",
            "randdevice");
    private static final Pattern TWO_NUMBERS = Pattern.compile("\\D*(\\d{1,6})\\D+(\\d{1,6})\\D*");
    private static final int LONGEST = 80;

    private final Map<String, Json> fields = new LinkedHashMap<>();
    private final Map<String, String> asWritten = new LinkedHashMap<>();
    private final Set<String> used = new LinkedHashSet<>();
    private final List<String> lost = new ArrayList<>();

    private ForeignJson(Json json) throws RefractException {
        for (Map.Entry<String, Json> field : json.fields().entrySet()) {
            String name = field.getKey().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
            if (fields.putIfAbsent(name, field.getValue()) == null) {
                asWritten.put(name, field.getKey());
            }
        }
    }

    /**
     * Reads it.
     *
     * @param tool who wrote it
     * @param note what its pictures have that is not done here; empty for nothing
     */
    static PastPicture read(Json json, String tool, String note) throws RefractException {
        return new ForeignJson(json).restored(tool, note);
    }

    private PastPicture restored(String tool, String note) throws RefractException {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String option : List.of(PastPicture.PROMPT, "prompt2", "seed", "steps", "guidance")) {
            take(NAMES.get(option)).filter(value -> !option.equals("prompt2") || !value.isEmpty()).filter(value -> fits(option, value))
                    .ifPresent(value -> values.put(option, List.of(whole(option, value))));
        }
        boolean guided = values.getOrDefault("guidance", List.of("2")).stream().allMatch(scale -> Double.parseDouble(scale) > 1);
        for (String option : List.of("negative", "negative2")) {
            take(NAMES.get(option)).filter(value -> guided && !value.isEmpty()).ifPresent(value -> values.put(option, List.of(value)));
        }
        shape().ifPresent(value -> values.put("size", List.of(value)));
        Optional<String> sampler = take(SAMPLER);
        Optional<String> spacing = take(SPACING).filter(s -> !sampler.equals(Optional.of(s)));
        sampler.ifPresent(name -> values.put("scheduler", List.of(ComfySampler.spaced(plain(name), spacing.orElse("")))));
        Optional<String> model = model();
        loras();
        for (Map.Entry<String, Json> field : fields.entrySet()) {
            if (!used.contains(field.getKey()) && !SILENT.contains(field.getKey())) {
                leftOver(field.getKey(), field.getValue());
            }
        }
        List<String> notes = new ArrayList<>(List.of("It was drawn by " + tool + (note.isEmpty() ? "" : ", " + note) + "."));
        return new PastPicture(new OptionValues(values), model, Optional.empty(), lost, notes, Map.of());
    }

    private Optional<String> take(List<String> names) throws RefractException {
        for (String name : names) {
            Json value = fields.get(name);
            if (value != null && (value.isText() || value.isNumber())) {
                used.add(name);
                return Optional.of(PictureRecord.text(value));
            }
        }
        return Optional.empty();
    }

    /** Tools that keep numbers as texts are understood too; a seed below 0 means one by lot. */
    private static boolean fits(String option, String value) {
        return switch (option) {
            case "seed", "steps" -> value.matches("\\d{1,20}(?:\\.0+)?");
            case "guidance" -> value.matches("\\d{1,4}(?:\\.\\d{1,17})?");
            default -> true;
        };
    }

    private static String whole(String option, String value) {
        return option.equals("seed") || option.equals("steps") ? new BigDecimal(value).toBigInteger().toString() : value;
    }

    private Optional<String> shape() throws RefractException {
        Json width = fields.get("width");
        Json height = fields.get("height");
        String both = width != null && height != null && (width.isNumber() || width.isText()) && (height.isNumber() || height.isText())
                ? PictureRecord.text(width) + "x" + PictureRecord.text(height) : take(SHAPE).orElse("");
        Matcher numbers = TWO_NUMBERS.matcher(both);
        return numbers.matches() ? Optional.of(numbers.group(1) + "x" + numbers.group(2)) : Optional.empty();
    }

    /** {@code k_euler_a}, {@code dpmpp_2m_k} and {@code ddim_v3} as everybody else calls them. */
    private static String plain(String sampler) {
        return sampler.replaceFirst("^k_", "").replaceFirst("_k$", "_karras").replaceFirst("_v3$", "");
    }

    private Optional<String> model() throws RefractException {
        Optional<String> name = take(MODEL);
        Json model = fields.get("model");
        if (name.isEmpty() && model != null && model.isObject()) {
            used.add("model");
            Optional<Json> inner = model.find("name").or(() -> find(model, "model_name"));
            return inner.isPresent() && inner.get().isText() ? Optional.of(inner.get().text()) : Optional.empty();
        }
        return name;
    }

    private static Optional<Json> find(Json json, String name) {
        try {
            return json.find(name);
        } catch (RefractException noObject) {
            return Optional.empty();
        }
    }

    /** As names with weights beside them, as pairs, or as objects. */
    private void loras() throws RefractException {
        for (String name : LORAS) {
            Json value = fields.get(name);
            if (value == null || !value.isList()) {
                continue;
            }
            used.add(name);
            List<Json> weights = fields.containsKey("loraweights") && fields.get("loraweights").isList() ? fields.get("loraweights").items() : List.of();
            List<Json> entries = value.items();
            for (int i = 0; i < entries.size(); i++) {
                lora(entries.get(i), i < weights.size() ? Optional.of(weights.get(i)) : Optional.empty());
            }
        }
    }

    private void lora(Json entry, Optional<Json> beside) throws RefractException {
        Optional<Json> file = Optional.of(entry);
        Optional<Json> weight = beside;
        if (entry.isList() && entry.items().size() >= 2) {
            file = Optional.of(entry.items().getFirst());
            weight = Optional.of(entry.items().get(1));
        } else if (entry.isObject()) {
            weight = entry.find("weight");
            file = find(entry, "model").or(() -> find(entry, "lora")).or(() -> find(entry, "name"));
            file = file.filter(Json::isText).or(() -> Optional.empty()).isPresent() ? file : file.flatMap(f -> find(f, "name").or(() -> find(f, "model_name")));
        }
        String name = file.isPresent() && file.get().isText() ? file.get().text() : "of an unknown name";
        String strength = weight.isPresent() && (weight.get().isNumber() || weight.get().isText()) ? " of strength " + PictureRecord.text(weight.get()) : "";
        lost.add("the LoRA " + name + strength + " (--lora FILE)");
    }

    private void leftOver(String name, Json value) {
        String text = value.element().toString();
        boolean neutral = Set.of("null", "false", "\"\"", "[]", "{}", "\"None\"", "0", "0.0").contains(text);
        if (!neutral) {
            lost.add(asWritten.get(name) + ": " + (text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text.replaceAll("^\"|\"$", "")));
        }
    }
}
