package org.refract.api.model;

import java.util.Map;

/**
 * What a model is, read without loading its weights where that is possible.
 *
 * @param name        a name for people (the folder's, or the model's own)
 * @param family      the backend's word for the architecture ({@code sdxl}, {@code gpt2})
 * @param parameters  number of parameters, 0 if unknown
 * @param fingerprint a hash over the names, shapes and bytes of all weights, {@code sha256:...}: recordings and
 *                    dictionaries carry it, so that they are never mixed with another model's
 * @param details     further facts for people, in order (part, shape, schedule ...)
 */
public record ModelInfo(String name, String family, long parameters, String fingerprint, Map<String, String> details) {
}
