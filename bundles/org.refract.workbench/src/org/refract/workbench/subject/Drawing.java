package org.refract.workbench.subject;

import java.util.List;
import org.refract.workbench.picture.Pixels;

/**
 * A picture that was drawn.
 *
 * @param request what was asked for
 * @param picture the picture
 * @param codes   the active features, one entry per dictionary in the order of {@link SubjectInfo#dictionaries()}; those of an edited
 *                picture are read after the edits
 */
public record Drawing(DrawRequest request, Pixels picture, List<ActiveFeatures> codes) {
    public Drawing {
        codes = List.copyOf(codes);
    }
}
