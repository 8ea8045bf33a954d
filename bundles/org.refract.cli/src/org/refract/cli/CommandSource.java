package org.refract.cli;

import org.refract.api.command.Command;

/**
 * A subcommand on offer.
 *
 * @param origin  who offers it (a bundle's name and version), for messages
 * @param group   the heading it stands under in {@code refract --help}
 * @param command a fresh instance
 */
record CommandSource(String origin, String group, Command command) {

    /** The heading of commands that name none. */
    static final String OTHER = "Extensions";
}
