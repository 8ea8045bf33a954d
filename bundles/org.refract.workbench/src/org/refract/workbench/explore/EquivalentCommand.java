package org.refract.workbench.explore;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.refract.api.analysis.Intervention;
import org.refract.api.model.Placement;
import org.refract.engine.intervene.FeatureText;
import org.refract.engine.intervene.MaskText;
import org.refract.workbench.picture.PaintedMask;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Drawing;
import org.refract.workbench.subject.ShellWord;
import org.refract.workbench.subject.SubjectInfo;

/**
 * Writes the command line that draws what the window draws. A rectangle is written by its edges, an area that was painted freely as one
 * word that holds the painting ({@link MaskText}).
 */
public final class EquivalentCommand {
    private static final int DIGITS = 4;

    private EquivalentCommand() {
    }

    /** The command that draws what is on the screen, or what will be drawn first; "" while nothing is open. */
    public static String of(Exploration state) {
        return state.subject().map(subject -> shown(state).map(drawn -> of(subject, drawn, drawn.edits()))
                .orElseGet(() -> of(subject, state.request(), state.edits().interventions()))).orElse("");
    }

    /** The request of the picture on the screen. */
    private static Optional<DrawRequest> shown(Exploration state) {
        return (state.comparison() == Comparison.BEFORE ? state.before() : state.after().or(state::before)).map(Drawing::request);
    }

    static String of(SubjectInfo subject, DrawRequest request, List<Intervention> edits) {
        List<String> words = new ArrayList<>(List.of("refract", "generate", request.prompt()));
        Map<String, List<String>> options = options(subject, request, edits);
        words.addAll(options.containsKey("run") ? List.of("--run", options.get("run").getFirst()) : List.of("--model", options.get("model").getFirst()));
        words.addAll(List.of("--seed", Long.toString(request.seed()), "--steps", Integer.toString(request.steps()), "--guidance", number(request.guidance())));
        words.addAll(subject.shape());
        options.getOrDefault("device", List.of()).forEach(device -> words.addAll(List.of("--device", device)));
        options.getOrDefault("feature", List.of()).forEach(feature -> words.addAll(List.of("--feature", feature)));
        return words.stream().map(ShellWord::quoted).collect(Collectors.joining(" "));
    }

    /** What of it stands in a picture's record beside the request: the run or the model, the device, the features. */
    static Map<String, List<String>> options(SubjectInfo subject, DrawRequest request, List<Intervention> edits) {
        Map<String, List<String>> options = new LinkedHashMap<>();
        subject.run().ifPresentOrElse(run -> options.put("run", List.of(run.toString())), () -> options.put("model", List.of(subject.model().toString())));
        if (!subject.placement().equals(Placement.CPU)) {
            options.put("device", List.of(subject.placement().toString()));
        }
        if (!edits.isEmpty()) {
            options.put("feature", edits.stream().map(edit -> feature(edit, request.steps())).toList());
        }
        return options;
    }

    /** The command refuses steps that a run does not have, so they are written as far as it goes. */
    private static String feature(Intervention edit, int steps) {
        int last = Math.min(edit.lastStep(), steps - 1);
        boolean always = edit.firstStep() == 0 && last == steps - 1 || edit.firstStep() > last;
        return FeatureText.of(always ? edit.during(0, Integer.MAX_VALUE) : edit.during(edit.firstStep(), last), edit.mask().map(EquivalentCommand::area));
    }

    private static String area(Intervention.Mask weights) {
        PaintedMask mask = PaintedMask.of(weights);
        if (!mask.isRectangle()) {
            return MaskText.of(weights);
        }
        PaintedMask.Bounds bounds = mask.bounds();
        return number(bounds.left()) + "," + number(bounds.top()) + "," + number(bounds.width()) + "," + number(bounds.height());
    }

    private static String number(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(DIGITS, RoundingMode.HALF_EVEN).stripTrailingZeros();
        return rounded.signum() == 0 ? "0" : rounded.toPlainString();
    }
}
