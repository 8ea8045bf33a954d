package org.refract.api.analysis;

import java.util.List;
import org.refract.api.model.HookPoint;
import org.refract.api.sae.Sae;

/**
 * A trained SAE together with what is known of its features.
 *
 * @param point    the hook point it belongs to
 * @param sae      the weights
 * @param features one per latent, in order
 */
public record Dictionary(HookPoint point, Sae sae, List<Feature> features) {
}
