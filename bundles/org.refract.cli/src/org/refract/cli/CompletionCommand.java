package org.refract.cli;

import org.refract.api.command.Command;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract completion}: a script that lets a shell complete commands, options and files; it knows those of extensions too. */
@CommandLine.Command(name = "completion", sortOptions = false, description = "Print a script that completes commands and options in a shell.",
        footer = {"", "Examples", "  refract completion bash > refract.sh     then: source refract.sh",
            "  refract completion zsh > refract.sh"})
final class CompletionCommand implements Command {
    /** Shells that can read it: zsh by its own emulation of bash, which the script switches on. */
    enum Shell { bash, zsh }

    @Parameters(paramLabel = "bash|zsh", description = "The shell that will read it.")
    private Shell shell;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(AutoComplete.bash("refract", spec.root().commandLine()));
        return 0;
    }
}
