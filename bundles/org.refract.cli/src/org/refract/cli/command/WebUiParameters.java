package org.refract.cli.command;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what AUTOMATIC1111's web UI and its kin write into a picture: the prompt, {@code Negative prompt: ...}, and in the last line
 * {@code Steps: 20, Sampler: Euler a, ...}, where a value with a comma stands in quotation marks.
 */
final class WebUiParameters {
    /** A name and its colon; no name is as long as the bound, which keeps long lines cheap. */
    private static final Pattern NAME = Pattern.compile("(\\w[\\w \\-/]{1,80}+):\\s*+");
    private static final Pattern LORA = Pattern.compile(" ?<(?:lora|lyco|hypernet):([^:>]{1,200}+)(?::([^>]{0,200}+))?>");
    private static final Pattern FIRST = Pattern.compile("\\s*Steps:\\s*\\d");
    private static final Pattern NEXT = Pattern.compile(",|\\n(?=\\w[\\w \\-/]{1,80}+:)");
    private static final String NEGATIVE = "Negative prompt:";
    /** Characters of a value in JSON; without a bound, brackets that are never closed would take long. */
    private static final int MOST_JSON = 1 << 14;
    /** Fewer than this in the last line, and it belongs to the prompt. */
    private static final int FEWEST_PAIRS = 3;
    /** Names of a model, of versions and of what follows from other values. */
    private static final Set<String> SILENT = Set.of("Model", "Model hash", "VAE hash", "Lora hashes", "TI hashes", "Version", "RNG", "Emphasis", "User",
            "Sampler", "Schedule type", "Batch size", "Batch pos", "Civitai metadata", "Created Date", "Init image hash", "Denoising strength",
            "Clip skip", "Steps", "CFG scale", "Seed", "Size", "Hashes", "Mask blur",
            "Inpaint area", "Masked area padding");

    private WebUiParameters() {
    }

    static PastPicture read(String text) {
        List<String> lines = new ArrayList<>(List.of(text.strip().split("\\R", -1)));
        int settings = settings(lines);
        Map<String, String> pairs = pairs(String.join("\n", lines.subList(settings, lines.size())));
        lines.subList(settings, lines.size()).clear();
        StringBuilder prompt = new StringBuilder();
        StringBuilder negative = new StringBuilder();
        StringBuilder now = prompt;
        for (String line : lines) {
            String plain = line.strip();
            if (plain.startsWith(NEGATIVE)) {
                now = negative;
                plain = plain.substring(NEGATIVE.length()).strip();
            }
            now.append(now.isEmpty() ? "" : "\n").append(plain);
        }
        return restored(prompt.toString(), negative.toString(), pairs);
    }

    /** The line at which the values begin: the last that begins with the first of them, for values of extensions may have lines; else the last. */
    private static int settings(List<String> lines) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (FIRST.matcher(lines.get(i)).lookingAt() && pairs(lines.get(i)).size() >= FEWEST_PAIRS) {
                return i;
            }
        }
        return pairs(lines.getLast()).size() >= FEWEST_PAIRS ? lines.size() - 1 : lines.size();
    }

    private static Map<String, String> pairs(String line) {
        Map<String, String> pairs = new LinkedHashMap<>();
        Matcher name = NAME.matcher(line);
        for (int at = 0; at < line.length() && name.find(at); ) {
            int end = endOfValue(line, name.end());
            pairs.put(name.group(1).strip(), unquoted(line.substring(name.end(), end).strip()));
            at = end + 1;
        }
        return pairs;
    }

    /**
     * Up to the next comma, or the next line that begins with a name; but for those within quotation marks or the brackets of JSON that are closed
     * before a comma or an end.
     */
    private static int endOfValue(String line, int from) {
        int closed = line.startsWith("\"", from) ? endOfQuotation(line, from) : line.startsWith("{", from) || line.startsWith("[", from) ? endOfJson(line, from) : -1;
        if (closed >= 0 && (closed == line.length() || line.charAt(closed) == ',' || line.charAt(closed) == '\n')) {
            return closed;
        }
        Matcher next = NEXT.matcher(line);
        return next.find(from) ? next.start() : line.length();
    }

    /** After the closing mark, or -1. */
    private static int endOfQuotation(String line, int from) {
        int closed = from + 1;
        while (closed < line.length() && line.charAt(closed) != '"') {
            closed += line.charAt(closed) == '\\' ? 2 : 1;
        }
        return closed < line.length() ? closed + 1 : -1;
    }

    /** After the closing bracket, or -1. */
    private static int endOfJson(String line, int from) {
        int depth = 0;
        int end = Math.min(line.length(), from + MOST_JSON);
        for (int at = from; at < end; at++) {
            switch (line.charAt(at)) {
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                case '"' -> at = endOfQuotation(line, at) - 1;
                default -> {
                    continue;
                }
            }
            if (at < 0) {
                return -1;
            }
            if (depth == 0) {
                return at + 1;
            }
        }
        return -1;
    }

    private static String unquoted(String value) {
        if (value.length() < 2 || !value.startsWith("\"") || !value.endsWith("\"")) {
            return value;
        }
        try {
            return JsonParser.parseString(value).getAsString();
        } catch (JsonParseException | IllegalStateException e) {
            return value;
        }
    }

    private static PastPicture restored(String prompt, String negative, Map<String, String> pairs) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        List<String> lost = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Matcher loras = LORA.matcher(prompt);
        while (loras.find()) {
            lost.add("the LoRA " + loras.group(1) + (loras.group(2) == null ? "" : " of strength " + loras.group(2)) + " (--lora FILE)");
        }
        values.put(PastPicture.PROMPT, List.of(LORA.matcher(prompt).replaceAll("").strip()));
        take(pairs, "Steps", "\\d+").ifPresent(v -> values.put("steps", List.of(v)));
        take(pairs, "Seed", "\\d+").ifPresent(v -> values.put("seed", List.of(v)));
        take(pairs, "Size", "\\d+x\\d+").ifPresent(v -> values.put("size", List.of(v)));
        Optional<String> guidance = take(pairs, "CFG scale", "\\d+(\\.\\d+)?");
        guidance.ifPresent(v -> values.put("guidance", List.of(v)));
        if (!negative.isEmpty() && guidance.map(Double::parseDouble).orElse(2.0) > 1) {
            values.put("negative", List.of(negative));
        }
        WebUiSampler.scheduler(pairs.get("Sampler"), pairs.get("Schedule type")).ifPresent(v -> values.put("scheduler", List.of(v)));
        take(pairs, "Clip skip", "\\d{1,2}").map(Integer::parseInt).filter(layers -> layers > 2)
                .ifPresent(layers -> values.put("clip-skip", List.of(Integer.toString(layers - 2))));
        if (!"None".equals(pairs.get("Emphasis"))) {
            values.put("weighting", List.of("a1111"));
        }
        if (pairs.containsKey("Denoising strength")) {
            lost.add("the picture it began with, or its second pass (--image FILE --image-strength " + pairs.get("Denoising strength") + ")");
        }
        take(pairs, "Denoising strength", "0?\\.\\d+|1(\\.0+)?").ifPresent(v -> values.put("image-strength", List.of(v)));
        Optional<String> blur = take(pairs, "Mask blur", "\\d+(\\.\\d+)?");
        Optional<String> padding = take(pairs, "Masked area padding", "\\d+").filter(v -> "Only masked".equals(pairs.get("Inpaint area")));
        blur.ifPresent(v -> values.put("mask-blur", List.of(v)));
        padding.ifPresent(v -> values.put("mask-padding", List.of(v)));
        if (blur.isPresent() || padding.isPresent()) {
            lost.add("its mask (--mask FILE" + blur.map(v -> " --mask-blur " + v).orElse("") + padding.map(v -> " --mask-padding " + v).orElse("") + ")");
        }
        if (pairs.containsKey("Seed") && !"CPU".equals(pairs.get("RNG"))) {
            notes.add("Its noise was drawn by " + ("NV".equals(pairs.get("RNG")) || pairs.get("RNG") == null ? "a GPU" : pairs.get("RNG"))
                    + ", so the same seed gives another picture here.");
        }
        pairs.keySet().stream().filter(name -> !SILENT.contains(name)).forEach(name -> lost.add(name + ": " + pairs.get(name)));
        return new PastPicture(new OptionValues(values), Optional.ofNullable(pairs.get("Model")), Optional.empty(), lost, notes, Map.of());
    }

    private static Optional<String> take(Map<String, String> pairs, String name, String form) {
        return Optional.ofNullable(pairs.get(name)).filter(v -> v.matches(form));
    }
}
