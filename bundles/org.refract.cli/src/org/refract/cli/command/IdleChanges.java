package org.refract.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.StartImage;

/** Turned features that change nothing, whatever the picture. */
final class IdleChanges {

    private IdleChanges() {
    }

    /** A sentence for each of the changes that has no effect on a request. */
    static List<String> of(List<Intervention> changes, ImageRequest request) {
        int steps = request.start().map(start -> taken(start, request.steps())).orElse(request.steps());
        List<String> sentences = new ArrayList<>();
        for (Intervention change : changes) {
            why(change, steps).ifPresent(why -> sentences.add("Turning %s#%d changes nothing: %s.".formatted(change.feature().point().path(), change.feature().latent(), why)));
        }
        return sentences;
    }

    private static int taken(StartImage start, int steps) {
        return Math.max(1, (int) (steps * start.strength()));
    }

    private static Optional<String> why(Intervention change, int steps) {
        if (change.mode() == Mode.SCALE && change.strength() == 1) {
            return Optional.of("a strength of 1 leaves it as it is");
        }
        if (change.mode() == Mode.ADD && change.strength() == 0) {
            return Optional.of("a strength of 0 adds nothing of it");
        }
        if (change.firstStep() >= steps) {
            return Optional.of("it acts from step %d on, and the %d steps are counted from 0".formatted(change.firstStep(), steps));
        }
        if (change.mask().isPresent() && allZero(change.mask().get().weights())) {
            return Optional.of("its area is empty");
        }
        return Optional.empty();
    }

    private static boolean allZero(float[] weights) {
        for (float weight : weights) {
            if (weight != 0) {
                return false;
            }
        }
        return true;
    }
}
