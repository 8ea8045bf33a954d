package org.refract.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.ToIntFunction;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferenceScope;
import org.refract.api.command.Command;
import org.refract.cli.progress.Terminal;

/** The command line as the launcher calls it: arguments in, exit code out. Its subcommands come and go with their services. */
@Component(service = ToIntFunction.class, property = "refract.main:Boolean=true")
public final class RefractMain implements ToIntFunction<String[]> {
    private final Map<ServiceReference<Command>, ComponentServiceObjects<Command>> services = new ConcurrentSkipListMap<>();

    @Reference(service = Command.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC,
            scope = ReferenceScope.PROTOTYPE)
    void addCommand(ServiceReference<Command> reference, ComponentServiceObjects<Command> objects) {
        services.put(reference, objects);
    }

    void removeCommand(ServiceReference<Command> reference) {
        services.remove(reference);
    }

    @Override
    public int applyAsInt(String[] arguments) {
        PrintWriter err = new PrintWriter(System.err, true);
        return new AttendedRun(err).run(() -> {
            try (Commands commands = Commands.of(services, List.of(arguments))) {
                return new CommandLineRun(commands, new PrintWriter(System.out, true), err, Terminal.ofStandardError()).run(arguments);
            }
        });
    }
}
