package org.refract.cli.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.refract.api.RefractException;
import org.refract.api.Plain;
import org.refract.engine.Locations;
import org.refract.engine.extension.InstalledJars;
import org.refract.engine.extension.InstalledJars.Jar;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract extensions install}: puts a jar into the folder for extensions after a person agreed to its bytes. */
@CommandLine.Command(name = "install", sortOptions = false,
        description = "Put a jar into the folder for extensions. Its bytes are agreed to once: the same jar is not asked about again.",
        footer = {"", "Example", "  refract extensions install org.example.sae.l1-1.0.0.jar"})
final class InstallExtension implements Callable<Integer> {

    @Spec
    private CommandSpec spec;
    @Parameters(paramLabel = "FILE", description = "The jar of an extension.")
    private Path file;
    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() throws RefractException {
        Jar jar = Jar.of(file);
        InstalledJars installed = new InstalledJars(new Locations().extensions());
        if (!yes && !installed.isKnown(jar)) {
            ask(jar);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s%n", Plain.line("%s is installed: %s".formatted(jar.name(), installed.install(jar))));
        return 0;
    }

    private void ask(Jar jar) throws RefractException {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s%nSHA-256 %s%n", Plain.line(jar.name() + " (" + jar.file() + ")"), jar.sha256());
        out.print("An extension runs with all your rights: it can read your files and use the network. Install it? [y/N] ");
        out.flush();
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
            String answer = in.readLine();
            if (answer == null || !answer.strip().matches("(?i)y|yes")) {
                throw RefractException.usage("%s was not installed%s.", jar.file(), answer == null ? ", because nobody answered; --yes installs it without a question" : "");
            }
        } catch (IOException e) {
            throw RefractException.usage("%s was not installed, because nobody could be asked; --yes installs it without a question.", jar.file());
        }
    }
}
