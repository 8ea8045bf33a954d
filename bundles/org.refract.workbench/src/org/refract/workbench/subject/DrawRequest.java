package org.refract.workbench.subject;

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

    /** The same picture, untouched. */
    public DrawRequest unedited() {
        return new DrawRequest(prompt, seed, steps, guidance, List.of());
    }

    /** The same picture with these edits. */
    public DrawRequest edited(List<Intervention> changes) {
        return new DrawRequest(prompt, seed, steps, guidance, changes);
    }
}
