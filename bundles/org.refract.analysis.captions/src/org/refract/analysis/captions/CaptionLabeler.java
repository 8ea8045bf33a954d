package org.refract.analysis.captions;

import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.refract.api.analysis.Labeler;

/**
 * Names a feature by the one to three phrases that are most over-represented in the prompts of its strongest examples, by
 * {@link LogOdds}; a feature whose examples are no more alike than prompts drawn at random stays without a name.
 */
@Component(service = Labeler.class)
public final class CaptionLabeler implements Labeler {
    static final String ID = "captions";

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Session open(List<String> captions) {
        return new CaptionSession(captions);
    }
}
