package org.refract.engine.extension;

import java.util.Arrays;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * Something that is plugged in, for lists.
 *
 * @param kind   the extension point, as people call it
 * @param id     what it is called there; empty for a bundle that is plugged into no extension point
 * @param origin who brings it
 */
public record Plugged(String kind, String id, Origin origin) {

    /** The kind of a bundle that brings nothing and only runs code of its own. */
    public static final String NOTHING = "bundle without services";

    private static final String API = "org.refract.api.";
    private static final String COMMAND = "org.refract.api.command.Command";
    private static final String VIEW = "org.refract.api.view.View";
    private static final String COMMAND_NAME = "refract.command";
    private static final String COMPONENT = "component.name";

    /** A command or a view, which its user makes and not {@link Extensions}; its name is the one that its service says. */
    static Optional<Plugged> unmade(ServiceReference<?> service) {
        String type = ((String[]) service.getProperty(Constants.OBJECTCLASS))[0];
        if (!type.equals(COMMAND) && !type.equals(VIEW) || service.getBundle() == null) {
            return Optional.empty();
        }
        Object name = Optional.ofNullable(service.getProperty(COMMAND_NAME)).orElse(service.getProperty(COMPONENT));
        String id = name == null ? "" : name.toString().substring(name.toString().lastIndexOf('.') + 1);
        return Optional.of(new Plugged(type.equals(COMMAND) ? "command" : "view", id, Origin.of(service.getBundle())));
    }

    /** An extension's bundle that runs and offers nothing to the API. */
    static Optional<Plugged> nothing(Bundle bundle) {
        Origin origin = Origin.of(bundle);
        ServiceReference<?>[] services = bundle.getState() == Bundle.ACTIVE ? bundle.getRegisteredServices() : null;
        boolean offers = services != null && Arrays.stream(services).map(s -> ((String[]) s.getProperty(Constants.OBJECTCLASS))[0]).anyMatch(t -> t.startsWith(API));
        return origin.isShipped() || offers || bundle.getState() != Bundle.ACTIVE ? Optional.empty() : Optional.of(new Plugged(NOTHING, "", origin));
    }
}
