package org.refract.nn;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.Layout;

/**
 * A piece of a network with the path, the weights and the children that it has in the checkpoint. The tree is built from
 * configuration alone, so it can be asked for its hook points and weights before any weight is read.
 */
public abstract class Module {

    private final String path;
    private final String kind;
    private final int width;
    private final Layout layout;
    private final boolean update;
    private final List<Module> children = new ArrayList<>();
    private final List<Parameter> parameters = new ArrayList<>();
    private volatile List<NDArray> weights;

    /**
     * @param path   the checkpoint's path, led by the part it lies in
     * @param kind   its class in the field's words
     * @param width  channels or features of its output
     * @param layout how its output is laid out
     * @param update whether its input and output have one shape
     */
    protected Module(String path, String kind, int width, Layout layout, boolean update) {
        this.path = path;
        this.kind = kind;
        this.width = width;
        this.layout = layout;
        this.update = update;
    }

    public final String path() {
        return path;
    }

    public final int width() {
        return width;
    }

    /** Path of something beneath. */
    protected final String path(String name) {
        return path + "." + name;
    }

    /** Adds a child; children are added in the order in which the forward pass meets them. */
    protected final <M extends Module> M child(M module) {
        children.add(module);
        return module;
    }

    /** Declares a weight. */
    protected final Parameter parameter(String name, long... shape) {
        Parameter parameter = new Parameter(path(name), shape);
        parameters.add(parameter);
        return parameter;
    }

    /** This module and all beneath it, in the order of the forward pass. */
    public final Stream<Module> modules() {
        return Stream.concat(Stream.of(this), children.stream().flatMap(Module::modules));
    }

    /** Every weight of this module and of all beneath it. */
    public final Stream<Parameter> parameters() {
        return modules().flatMap(m -> m.parameters.stream());
    }

    /** The tensors of {@link #parameters()}, for a kernel that computes this module whole. */
    protected final List<NDArray> weights() {
        List<NDArray> known = weights;
        if (known == null) {
            known = parameters().map(Parameter::value).toList();
            weights = known;
        }
        return known;
    }

    /** Whether values pass here in every run, so that hooks can sit here; a mere name for what is beneath it says no. */
    public boolean isHookable() {
        return true;
    }

    /** What can be hooked here. */
    public final HookPointInfo hookPoint(String role) {
        return new HookPointInfo(path, kind, width, layout, update, role);
    }

    /** Its class in the field's words. */
    public final String kind() {
        return kind;
    }
}
