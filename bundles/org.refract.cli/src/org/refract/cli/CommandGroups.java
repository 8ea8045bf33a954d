package org.refract.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.refract.api.Plain;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The list of commands in {@code refract --help}, under headings. */
final class CommandGroups {
    private static final List<String> ORDER = List.of("Take a model apart", "Pictures", "Step by step", "Look");

    private CommandGroups() {
    }

    /** Where a heading stands; unknown ones come last. */
    static int rank(String group) {
        int index = ORDER.indexOf(group);
        return index < 0 ? ORDER.size() : index;
    }

    static void install(CommandLine line, Map<String, SortedSet<String>> groups, List<String> refused) {
        line.getHelpSectionMap().remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> list(help, groups, refused));
    }

    private static String list(Help help, Map<String, SortedSet<String>> groups, List<String> refused) {
        StringBuilder text = new StringBuilder();
        int width = help.commandSpec().usageMessage().width();
        int column = groups.values().stream().flatMap(SortedSet::stream).mapToInt(String::length).max().orElse(10) + 4;
        groups.forEach((group, names) -> {
            text.append(help.createHeading("%n@|bold,underline " + group + "|@%n"));
            TextTable table = TextTable.forColumns(help.colorScheme(), new Column(column, 2, Overflow.SPAN),
                    new Column(width - column, 2, Overflow.WRAP));
            table.setAdjustLineBreaksForWideCJKCharacters(true);
            for (String name : names) {
                Help sub = help.subcommands().get(name);
                List<Text> cells = new ArrayList<>();
                cells.add(sub.commandNamesText(", "));
                String[] description = sub.commandSpec().usageMessage().description();
                cells.add(help.colorScheme().text(description.length == 0 ? "" : description[0]));
                table.addRowValues(cells.toArray(Text[]::new));
            }
            text.append(table);
        });
        for (String sentence : refused) {
            text.append(System.lineSeparator()).append(Plain.line(sentence));
        }
        return refused.isEmpty() ? text.toString() : text.append(System.lineSeparator()).toString();
    }
}
