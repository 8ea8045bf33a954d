package org.refract.engine.unpack;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;

/**
 * What the main job is asked to do. Immutable; {@code with...} methods give changed copies.
 *
 * @param model     the model's folder
 * @param run       the run's folder; one that holds an unfinished run of the same options is continued
 * @param preset    how much work
 * @param placement where it computes
 * @param prompts   a file of prompts, one a line or JSON lines with a {@code caption} or {@code prompt}; empty for the captions beside
 *                  the model, or else the built-in list
 * @param points    hook points; empty for the model's default ones
 * @param variant   the SAE variant's id
 * @param settings  hyperparameters of the variant that differ from the preset's, and as {@code ANALYSIS.NAME} those of analyses
 * @param labeler   the id of the labeler that names features; empty for Refract's own
 * @param seed      of everything that is drawn by lot
 * @param report    whether the report is written
 */
public record UnpackOptions(Path model, Path run, Preset preset, Placement placement, Optional<Path> prompts, List<HookPoint> points,
        String variant, Map<String, String> settings, Optional<String> labeler, long seed, boolean report) {

    public UnpackOptions {
        points = List.copyOf(points);
        settings = Map.copyOf(settings);
    }

    /** Everything by default. */
    public static UnpackOptions of(Path model, Path run) {
        return new UnpackOptions(model, run, Preset.STANDARD, Placement.CPU, Optional.empty(), List.of(), "topk", Map.of(), Optional.empty(), 0, true);
    }

    public UnpackOptions withPreset(Preset other) {
        return new UnpackOptions(model, run, other, placement, prompts, points, variant, settings, labeler, seed, report);
    }

    public UnpackOptions withPlacement(Placement other) {
        return new UnpackOptions(model, run, preset, other, prompts, points, variant, settings, labeler, seed, report);
    }

    public UnpackOptions withPrompts(Path file) {
        return new UnpackOptions(model, run, preset, placement, Optional.of(file), points, variant, settings, labeler, seed, report);
    }

    public UnpackOptions withPoints(List<HookPoint> others) {
        return new UnpackOptions(model, run, preset, placement, prompts, others, variant, settings, labeler, seed, report);
    }

    public UnpackOptions withVariant(String other, Map<String, String> otherSettings) {
        return new UnpackOptions(model, run, preset, placement, prompts, points, other, otherSettings, labeler, seed, report);
    }

    public UnpackOptions withSeed(long other) {
        return new UnpackOptions(model, run, preset, placement, prompts, points, variant, settings, labeler, other, report);
    }

    public UnpackOptions withReport(boolean wanted) {
        return new UnpackOptions(model, run, preset, placement, prompts, points, variant, settings, labeler, seed, wanted);
    }

    public UnpackOptions withLabeler(String id) {
        return new UnpackOptions(model, run, preset, placement, prompts, points, variant, settings, Optional.of(id), seed, report);
    }
}
