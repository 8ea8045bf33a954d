package org.refract.api.analysis;

import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;

/** Extension point: names a feature from its examples. */
public interface Labeler {

    /** A short lower-case name. */
    String id();

    /**
     * Learns what is common in the whole collection, so that a label can say what is special.
     *
     * @param captions every prompt of the recordings
     */
    Session open(List<String> captions) throws RefractException;

    /** A labeler that knows its collection. */
    @FunctionalInterface
    interface Session {

        /** @return the label, or empty if nothing sets these examples apart */
        Optional<Label> label(List<Example> examples) throws RefractException;
    }
}
