package org.refract.cli.command;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.refract.api.model.Adapters.Lora;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.StartImage;
import org.refract.cli.command.RefinerOptions.Second;
import org.refract.cli.command.StartOptions.MaskUse;
import org.refract.engine.draw.Refinement;

/** How a picture was drawn, in the words of AUTOMATIC1111's web UI, so that it and its kin read it back. */
final class WebUiText {
    private static final Gson QUOTED = new GsonBuilder().disableHtmlEscaping().create();
    private static final int SHORT_HASH = 10;

    private WebUiText() {
    }

    /** The text for a picture that nothing was added to. */
    static String of(ImageRequest request, int picture, ModelInfo model) {
        return of(request, picture, model, Map.of(), Optional.empty(), Optional.empty());
    }

    /**
     * The text.
     *
     * @param loras   low-rank adapters with their hashes
     * @param refined how it was refined
     * @param masked  how a mask was used
     */
    static String of(ImageRequest request, int picture, ModelInfo model, Map<Lora, String> loras, Optional<Second> refined, Optional<MaskUse> masked) {
        StringBuilder text = new StringBuilder(request.prompts().get(picture));
        loras.keySet().forEach(lora -> text.append(" <lora:").append(name(lora.file())).append(':').append(number(lora.strength())).append('>'));
        if (!request.negativePrompts().isEmpty()) {
            String negative = request.negativePrompts().get(Math.min(picture, request.negativePrompts().size() - 1));
            text.append(negative.isEmpty() ? "" : "\nNegative prompt: " + negative);
        }
        String pairs = pairs(request, picture, model, loras, refined, masked).entrySet().stream().map(e -> e.getKey() + ": " + quoted(e.getValue()))
                .collect(Collectors.joining(", "));
        return text.append('\n').append(pairs).toString().strip();
    }

    private static Map<String, String> pairs(ImageRequest request, int picture, ModelInfo model, Map<Lora, String> loras,
            Optional<Second> refined, Optional<MaskUse> masked) {
        WebUiSampler sampler = WebUiSampler.of(request, model);
        Map<String, String> pairs = new LinkedHashMap<>();
        pairs.put("Steps", Integer.toString(request.steps()));
        pairs.put("Sampler", sampler.sampler());
        pairs.put("Schedule type", sampler.schedule());
        // There, 1 is no guidance and 0 would be the unconditional picture.
        pairs.put("CFG scale", number(Math.max(1, request.guidance())));
        pairs.put("Seed", SeedList.text(request.seeds().get(picture)));
        pairs.put("Size", request.width() + "x" + request.height());
        pairs.put("Model hash", shortHash(model.fingerprint()));
        pairs.put("Model", model.name().replace(",", "").replace(":", ""));
        request.start().map(StartImage::strength).ifPresent(s -> pairs.put("Denoising strength", number(s)));
        masked.map(MaskUse::blur).filter(radius -> radius > 0).ifPresent(radius -> pairs.put("Mask blur", number(radius)));
        masked.flatMap(MaskUse::padding).ifPresent(pixels -> {
            pairs.put("Inpaint area", "Only masked");
            pairs.put("Masked area padding", pixels.toString());
        });
        // Counted from the last layer there; SDXL's usual one is the second.
        request.options().text("clip_skip").map(Integer::parseInt).filter(layers -> layers > 0)
                .ifPresent(layers -> pairs.put("Clip skip", Integer.toString(layers + 2)));
        pairs.put("RNG", "CPU");
        if (request.options().text("weighting").orElse("none").equals("none") && List.of(request.prompts(), request.negativePrompts()).stream()
                .anyMatch(texts -> texts.stream().anyMatch(t -> t.matches("(?s).*[()\\[\\]].*")))) {
            pairs.put("Emphasis", "None");
        }
        refined.ifPresent(r -> {
            pairs.put("Refiner", name(r.model()));
            if (r.how() instanceof Refinement.Handoff(double at)) {
                pairs.put("Refiner switch at", number(at));
            }
        });
        if (!loras.isEmpty()) {
            pairs.put("Lora hashes", loras.entrySet().stream().map(e -> name(e.getKey().file()) + ": " + e.getValue()).collect(Collectors.joining(", ")));
        }
        return pairs;
    }

    private static String name(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        return name.replaceFirst("\\.(safetensors|pt|bin|ckpt)$", "").replaceAll("[,:<>]", "");
    }

    private static String shortHash(String fingerprint) {
        String hex = fingerprint.substring(fingerprint.indexOf(':') + 1);
        return hex.substring(0, Math.min(SHORT_HASH, hex.length()));
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /** In quotation marks, as JSON, where a reader would otherwise take a part for something else. */
    private static String quoted(String value) {
        return value.contains(",") || value.contains(":") || value.contains("\n") ? QUOTED.toJson(value) : value;
    }
}
