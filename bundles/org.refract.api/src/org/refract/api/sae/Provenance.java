package org.refract.api.sae;

import java.util.Map;
import org.refract.api.model.HookPoint;

/**
 * Where a dictionary comes from; stored beside its weights, checked before it is used.
 *
 * @param model            the base model's name
 * @param modelFingerprint {@link org.refract.api.model.ModelInfo#fingerprint()} of the base model
 * @param point            what it was trained on
 * @param facts            data, steps, seed, versions, and whatever else the maker wants to say
 */
public record Provenance(String model, String modelFingerprint, HookPoint point, Map<String, String> facts) {
}
