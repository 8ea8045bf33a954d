package org.refract.cli;

import org.refract.api.command.Command;

/**
 * A subcommand on offer.
 *
 * @param origin  who offers it (a bundle's name and version), for messages
 * @param group   the heading it stands under in {@code refract --help}
 * @param command a fresh instance
 * @param shipped whether it is Refract's own; no extension takes its name
 */
record CommandSource(String origin, String group, Command command, boolean shipped) {

    /** One of Refract's own. */
    CommandSource(String origin, String group, Command command) {
        this(origin, group, command, true);
    }

    /** The heading of commands that name none. */
    static final String OTHER = "Extensions";
}
