package org.refract.engine.extension;

/**
 * An extension that is not used.
 *
 * @param name the bundle's or service's name
 * @param reason a sentence that says why
 */
public record Refusal(String name, String reason) {
}
