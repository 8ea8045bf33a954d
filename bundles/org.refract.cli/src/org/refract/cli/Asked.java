package org.refract.cli;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What a call asks for, as far as its arguments say so before they are parsed: only the commands that it needs are made. */
final class Asked {
    /** The options before a command that take a value. */
    private static final Set<String> WITH_VALUE = Set.of("--threads", "--time-limit");

    private Asked() {
    }

    /**
     * Which commands a call needs: the one that it names, and all of them for the list of commands, for a name that no service says, and
     * to tell which name is near to one that nobody has.
     *
     * @param names those that the services of commands say
     * @return whether a command is needed, by the name that its service says, if any
     */
    static Predicate<Optional<String>> needs(List<String> arguments, Collection<String> names) {
        Optional<String> command = command(arguments);
        return command.filter(names::contains).isPresent() ? command::equals : name -> true;
    }

    /** The first word that is neither an option nor the value of one. {@code help train} asks for {@code train}. */
    private static Optional<String> command(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (WITH_VALUE.contains(word)) {
                i++;
            } else if (!word.startsWith("-") && !word.equals("help")) {
                return Optional.of(word);
            }
        }
        return Optional.empty();
    }
}
