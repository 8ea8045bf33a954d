package org.refract.cli.command;

import com.google.gson.Gson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.progress.Printed;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.InstalledJars;
import org.refract.engine.extension.Plugged;
import org.refract.engine.extension.Refusal;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract extensions}: what is plugged in, and what was refused and why. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Look", "refract.command=extensions"})
@CommandLine.Command(name = "extensions", sortOptions = false, subcommands = {InstallExtension.class, RemoveExtension.class},
        description = "List what is plugged in, and what was refused and why; of one extension, what it is and its settings.",
        footer = {"", "A jar dropped into the extensions folder works at once; deleting it removes it. install asks once and remembers the jar's "
                + "hash; one that has changed since is marked in the list. An extension is code that runs with all your rights: "
                + "take it only from whom you trust. --safe starts without extensions.", "",
            "Examples", "  refract extensions", "  refract extensions jumprelu      what --set can set",
            "  refract extensions install FILE.jar", "  refract extensions remove ID"})
public final class ExtensionsCommand implements Command {
    private final Extensions extensions;
    @Spec
    CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "Say what this one is and who brings it; of an architecture or an analysis, list its "
            + "settings with their defaults.")
    private Optional<String> one = Optional.empty();
    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** With the services that it needs. */
    @Activate
    public ExtensionsCommand(@Reference Extensions extensions) {
        this.extensions = extensions;
    }

    /** What is plugged in. */
    Extensions extensions() {
        return extensions;
    }

    /** One extension. */
    record Entry(String id, String bundle) {
    }

    private static String bundle(Plugged plugged) throws RefractException {
        Optional<Path> jar = plugged.origin().file();
        boolean changed = jar.isPresent() && new InstalledJars(new Locations().extensions()).isChanged(jar.get());
        return plugged.origin() + (changed ? ", changed since it was installed" : "");
    }

    @Override
    public Integer call() throws RefractException {
        if (one.isPresent()) {
            new OneExtension(extensions, Printed.of(spec.commandLine().getOut()), json).print(one.get());
            return 0;
        }
        Map<String, List<Entry>> kinds = new LinkedHashMap<>();
        for (Plugged plugged : extensions.plugged()) {
            kinds.computeIfAbsent(plugged.kind(), kind -> new ArrayList<>()).add(new Entry(plugged.id(), bundle(plugged)));
        }
        List<Refusal> refused = extensions.refusals();
        Printed out = Printed.of(spec.commandLine().getOut());
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("folder", new Locations().extensions().toString());
            all.put("extensions", kinds);
            all.put("refused", refused);
            out.println(new Gson().toJson(all));
            return 0;
        }
        Ansi ansi = spec.commandLine().getColorScheme().ansi();
        kinds.forEach((kind, entries) -> {
            out.styled(ansi.string("@|bold " + kind + "|@") + System.lineSeparator());
            entries.forEach(e -> out.printf("  %s%s%n", e.id().isEmpty() ? "" : "%-20s ".formatted(e.id()), e.bundle()));
        });
        for (Refusal refusal : refused) {
            out.printf("refused: %s: %s%n", refusal.name(), refusal.reason());
        }
        out.printf("Folder for more: %s%n", new Locations().extensions());
        return 0;
    }
}
