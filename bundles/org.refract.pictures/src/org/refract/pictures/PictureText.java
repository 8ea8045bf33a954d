package org.refract.pictures;

import java.util.Map;
import java.util.Optional;

/**
 * The text in a picture file that says how it was drawn.
 *
 * @param parameters the form of the Stable Diffusion web UIs
 * @param record     everything, as this product's JSON
 * @param graph      the graph of nodes that ComfyUI writes, as JSON
 * @param further    what else stands there, by its keyword, as further tools write it
 */
public record PictureText(Optional<String> parameters, Optional<String> record, Optional<String> graph, Map<String, String> further) {

    /** A file that says nothing. */
    public static final PictureText NONE = new PictureText(Optional.empty(), Optional.empty(), Optional.empty(), Map.of());

    /** What this product writes. */
    public static PictureText of(String parameters, String record) {
        return new PictureText(Optional.of(parameters), Optional.of(record), Optional.empty(), Map.of());
    }

    /** What is said here and not there. */
    PictureText without(PictureText other) {
        return new PictureText(parameters.filter(p -> other.parameters.isEmpty()), record.filter(r -> other.record.isEmpty()), graph.filter(g -> other.graph.isEmpty()), further);
    }

    /** Whether nothing is said, whatever further texts there are. */
    public boolean isEmpty() {
        return parameters.isEmpty() && record.isEmpty() && graph.isEmpty();
    }
}
