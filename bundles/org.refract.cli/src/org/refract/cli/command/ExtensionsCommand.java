package org.refract.cli.command;

import com.google.gson.Gson;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.progress.Printed;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Origin;
import org.refract.engine.extension.Refusal;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract extensions}: what is plugged in, and what was refused and why. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Look", "refract.command=extensions"})
@CommandLine.Command(name = "extensions", sortOptions = false,
        description = "List what is plugged in, and what was refused and why; of a dictionary's architecture, its settings.",
        footer = {"", "A jar dropped into the extensions folder works at once; deleting it removes it.", "",
            "Examples", "  refract extensions", "  refract extensions jumprelu      what --set can set"})
public final class ExtensionsCommand implements Command {
    private final Extensions extensions;
    @Spec
    CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "ARCHITECTURE", description = "List the settings of this one, with their defaults.")
    private Optional<String> architecture = Optional.empty();
    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** With the services that it needs. */
    @Activate
    public ExtensionsCommand(@Reference Extensions extensions) {
        this.extensions = extensions;
    }

    /** One extension. */
    record Entry(String id, String bundle) {
    }

    @Override
    public Integer call() throws RefractException {
        if (architecture.isPresent()) {
            settings(architecture.get());
            return 0;
        }
        Map<String, List<Entry>> kinds = new LinkedHashMap<>();
        for (Class<?> point : Extensions.points()) {
            List<Entry> entries = new ArrayList<>();
            for (String id : extensions.ids(point)) {
                entries.add(new Entry(id, extensions.origin(point, id).map(Origin::toString).orElse("")));
            }
            if (!entries.isEmpty()) {
                kinds.put(Extensions.name(point), entries);
            }
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
            entries.forEach(e -> out.printf("  %-20s %s%n", e.id(), e.bundle()));
        });
        for (Refusal refusal : refused) {
            out.printf("refused: %s: %s%n", refusal.name(), refusal.reason());
        }
        out.printf("Folder for more: %s%n", new Locations().extensions());
        return 0;
    }

    private void settings(String id) throws RefractException {
        List<Hyperparameter> settings = extensions.lease(SaeVariant.class, id).get().hyperparameters();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            List<Map<String, String>> all = new ArrayList<>();
            for (Hyperparameter setting : settings) {
                Map<String, String> fields = new LinkedHashMap<>();
                fields.put("name", setting.name());
                fields.put("default", setting.value());
                fields.put("kind", setting.kind().name().toLowerCase(Locale.ROOT));
                fields.put("range", setting.range());
                setting.source().ifPresent(source -> fields.put("source", source));
                all.add(fields);
            }
            Map<String, Object> whole = new LinkedHashMap<>();
            whole.put("architecture", id);
            whole.put("settings", all);
            out.println(new Gson().toJson(whole));
            return;
        }
        int names = settings.stream().mapToInt(s -> s.name().length()).max().orElse(0);
        int values = settings.stream().mapToInt(s -> s.value().length()).max().orElse(0);
        settings.forEach(s -> out.printf("%-" + (names + 2) + "s%-" + (values + 2) + "s%s%n", s.name(), s.value(), s.range()));
    }
}
