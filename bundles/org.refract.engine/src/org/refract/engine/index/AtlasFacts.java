package org.refract.engine.index;

import java.util.Map;
import org.refract.api.model.HookPoint;

/**
 * What an atlas is an atlas of.
 *
 * @param point            the hook point of the dictionary
 * @param model            the base model's name
 * @param modelFingerprint the base model's fingerprint
 * @param variant          the SAE's architecture
 * @param latents          size of the dictionary
 * @param width            size of an input vector
 * @param recordings       recordings that were encoded
 * @param positions        vectors that were encoded, recordings × rows × columns
 * @param rows             height of a position map
 * @param columns          width of a position map
 * @param further          whatever else the maker wants to say (labeler, k, seed, versions)
 */
public record AtlasFacts(HookPoint point, String model, String modelFingerprint, String variant, int latents, int width,
        long recordings, long positions, int rows, int columns, Map<String, String> further) {
    public AtlasFacts {
        further = Map.copyOf(further);
    }
}
