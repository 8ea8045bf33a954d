package org.refract.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;
import org.refract.api.command.Command;
import org.refract.engine.extension.ComponentFailures;
import org.refract.engine.extension.Origin;
import org.refract.engine.extension.TimeLimit;

/**
 * The subcommands that one call needs. A command that cannot be made is left out with a sentence; the others are not touched by it.
 *
 * @param sources what can be used
 * @param refused a sentence for each that cannot
 * @param release gives the instances back
 */
record Commands(List<CommandSource> sources, List<String> refused, Runnable release) implements AutoCloseable {

    /** The service property that names the heading of a command in {@code refract --help}. */
    static final String GROUP = "refract.group";

    /** The service property with a command's name, the one in its annotation: it lets calls of other commands do without making this one. */
    static final String NAME = "refract.command";

    static Commands of(Map<ServiceReference<Command>, ComponentServiceObjects<Command>> services, List<String> arguments) {
        List<String> names = services.keySet().stream().flatMap(reference -> name(reference).stream()).toList();
        Predicate<Optional<String>> needed = Asked.needs(arguments, names);
        List<CommandSource> sources = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        List<Runnable> releases = new ArrayList<>();
        services.forEach((reference, objects) -> {
            if (!needed.test(name(reference))) {
                return;
            }
            Origin origin = Origin.of(reference.getBundle());
            try {
                Command command = origin.isShipped() ? objects.getService() : TimeLimit.call(origin.bundle(), objects::getService);
                if (command != null) {
                    releases.add(() -> objects.ungetService(command));
                    Object group = reference.getProperty(GROUP);
                    sources.add(new CommandSource(origin.toString(), group == null ? CommandSource.OTHER : group.toString(), command, origin.isShipped()));
                } else {
                    refused.add("A command of " + origin + " is left out: " + ComponentFailures.why(reference).orElse("it could not be created") + ".");
                }
            } catch (ExecutionException e) {
                refused.add("A command of " + origin + " is left out: " + Sentences.of(e.getCause()));
            } catch (TimeoutException e) {
                refused.add("A command of " + origin + " is left out: " + e.getMessage() + ".");
            } catch (RuntimeException | LinkageError e) {
                refused.add("A command of " + origin + " is left out: " + Sentences.of(e));
            }
        });
        return new Commands(sources, refused, () -> releases.forEach(Runnable::run));
    }

    private static Optional<String> name(ServiceReference<Command> reference) {
        return Optional.ofNullable(reference.getProperty(NAME)).map(Object::toString);
    }

    @Override
    public void close() {
        release.run();
    }
}
