package org.refract.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** How a command is called, in a line: what it needs, and that it has options, which the list below it explains. */
final class Synopsis {
    private Synopsis() {
    }

    /** Gives a command its line, unless it brings one. */
    static void shorten(CommandSpec command) {
        if (command.usageMessage().customSynopsis().length > 0) {
            return;
        }
        List<String> words = new ArrayList<>(List.of("@|bold refract " + command.name() + "|@"));
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            String label = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
            words.add(parameter.arity().min() == 0 ? "[" + label + "]" : label);
        }
        for (OptionSpec option : command.options()) {
            if (option.required() && option.group() == null) {
                words.add(option.longestName() + " " + option.paramLabel());
            }
        }
        words.add("[OPTIONS]");
        command.usageMessage().customSynopsis(String.join(" ", words));
    }
}
