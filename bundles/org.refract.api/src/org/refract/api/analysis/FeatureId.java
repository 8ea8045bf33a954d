package org.refract.api.analysis;

import org.refract.api.model.HookPoint;

/**
 * A latent of the dictionary of one hook point.
 *
 * @param point  the hook point its dictionary was trained on
 * @param latent index in that dictionary
 */
public record FeatureId(HookPoint point, int latent) {
    @Override
    public String toString() {
        return point.path() + "#" + latent;
    }
}
