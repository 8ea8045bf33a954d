package org.refract.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.refract.api.RefractException;
import org.refract.api.Plain;
import org.refract.engine.Locations;
import org.refract.engine.extension.InstalledJars;
import org.refract.engine.extension.Origin;
import org.refract.engine.extension.Plugged;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code refract extensions remove}: deletes the jar of an extension. */
@CommandLine.Command(name = "remove", sortOptions = false, description = "Delete the jar of an extension, whoever put it into the folder.",
        footer = {"", "Example", "  refract extensions remove example-l1"})
final class RemoveExtension implements Callable<Integer> {

    @Spec
    private CommandSpec spec;
    @ParentCommand
    private ExtensionsCommand list;
    @Parameters(paramLabel = "ID", description = "What it brings, the name of its bundle, or the name of its jar.")
    private String id;

    @Override
    public Integer call() throws RefractException {
        Path jar = jar();
        new InstalledJars(jar.toAbsolutePath().getParent()).remove(jar);
        spec.commandLine().getOut().printf("%s%n", Plain.line(jar + " is removed"));
        return 0;
    }

    private Path jar() throws RefractException {
        Path named = new Locations().extensions().resolve(Path.of(id).getFileName() == null ? "" : Path.of(id).getFileName().toString());
        if (id.endsWith(".jar") && Files.isRegularFile(named)) {
            return named;
        }
        List<Origin> all = list.extensions().plugged().stream().filter(p -> p.id().equals(id) || p.origin().bundle().equals(id)).map(Plugged::origin).distinct()
                .toList();
        List<Path> jars = all.stream().flatMap(origin -> origin.file().stream()).filter(Files::isRegularFile).distinct().toList();
        if (jars.size() == 1) {
            return jars.getFirst();
        }
        Optional<Origin> own = all.stream().filter(Origin::isShipped).findFirst();
        throw jars.size() > 1
                ? RefractException.usage("'%s' is in several jars: name the one to remove, %s.", id, String.join(", ", jars.stream()
                        .map(jar -> jar.getFileName().toString()).toList()))
                : own.isPresent() ? RefractException.usage("'%s' is a part of Refract (%s), which cannot be removed.", id, own.get())
                : RefractException.usage("There is no extension '%s'; refract extensions lists those that there are.", id);
    }
}
