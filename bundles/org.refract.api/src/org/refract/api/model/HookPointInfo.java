package org.refract.api.model;

/**
 * What can be hooked at one module.
 *
 * @param path   the module's path, as in {@link HookPoint#path()}
 * @param kind   the module's class in the field's words ({@code Transformer2DModel}, {@code ResnetBlock2D})
 * @param width  channels or features of its output
 * @param layout how its output is laid out
 * @param update whether input and output have one shape, so that {@link Site#UPDATE} exists
 * @param role   what the literature says this place does, empty where it says nothing
 */
public record HookPointInfo(String path, String kind, int width, Layout layout, boolean update, String role) {
}
