package org.refract.workbench.subject;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import org.refract.api.analysis.Intervention;

/**
 * A picture to draw.
 *
 * @param prompt   what it shows, may be empty
 * @param seed     of the noise
 * @param steps    denoising steps, at least 1
 * @param guidance guidance scale; at most 1 means none
 * @param edits    what is changed on the way, in order
 */
public record DrawRequest(String prompt, long seed, int steps, double guidance, List<Intervention> edits) {
    public DrawRequest {
        edits = List.copyOf(edits);
    }

    /** The same picture in other steps and with another guidance. */
    public DrawRequest drawnAs(DrawRequest other) {
        return new DrawRequest(prompt, seed, other.steps, other.guidance, edits);
    }

    /** Whether it is drawn in the same steps and with the same guidance; all scales up to 1 mean none. */
    public boolean isDrawnAs(DrawRequest other) {
        return steps == other.steps && Math.max(1, guidance) == Math.max(1, other.guidance);
    }

    /** Its steps and guidance for people: {@code 1 step}, {@code 30 steps with guidance 5}. */
    public String manner() {
        String count = steps == 1 ? "1 step" : steps + " steps";
        return guidance > 1 ? count + " with guidance " + new BigDecimal(guidance).round(new MathContext(3)).stripTrailingZeros().toPlainString() : count;
    }

    /** The same picture, untouched. */
    public DrawRequest unedited() {
        return new DrawRequest(prompt, seed, steps, guidance, List.of());
    }

    /** The same picture with these edits. */
    public DrawRequest edited(List<Intervention> changes) {
        return new DrawRequest(prompt, seed, steps, guidance, changes);
    }
}
