package org.refract.cli.command;

import com.google.gson.Gson;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.command.Command;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Refusal;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code refract extensions}: what is plugged in, and what was refused and why. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = "refract.group=Look")
@CommandLine.Command(name = "extensions", sortOptions = false,
        description = "List what is plugged in, and what was refused and why.",
        footer = {"", "A jar dropped into the extensions folder works at once; deleting it removes it."})
public final class ExtensionsCommand implements Command {
    @Reference
    Extensions extensions;
    @Spec
    CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** One extension. */
    record Entry(String id, String bundle) {
    }

    @Override
    public Integer call() {
        Map<String, List<Entry>> kinds = new LinkedHashMap<>();
        for (Class<?> point : Extensions.points()) {
            List<Entry> entries = new ArrayList<>();
            for (String id : extensions.ids(point)) {
                entries.add(new Entry(id, extensions.bundle(point, id).orElse("")));
            }
            if (!entries.isEmpty()) {
                kinds.put(Extensions.name(point), entries);
            }
        }
        List<Refusal> refused = extensions.refusals();
        PrintWriter out = spec.commandLine().getOut();
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
            out.println(ansi.string("@|bold " + kind + "|@"));
            entries.forEach(e -> out.printf("  %-20s %s%n", e.id(), e.bundle()));
        });
        for (Refusal refusal : refused) {
            out.println("refused: " + refusal.name() + ": " + refusal.reason());
        }
        out.println("Folder for more: " + new Locations().extensions());
        return 0;
    }
}
