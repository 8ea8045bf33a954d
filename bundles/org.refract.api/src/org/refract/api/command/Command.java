package org.refract.api.command;

import java.util.concurrent.Callable;

/**
 * Extension point: a subcommand of {@code refract}. An implementation carries picocli's {@code @Command} annotation, which
 * gives its name, options and help; a new instance is made for each use, so register it with prototype scope. It returns
 * the exit code, and throws {@link org.refract.api.RefractException} for what a person can mend.
 *
 * <p>Two service properties: {@code refract.group} is the heading of the command in {@code refract --help}, and {@code refract.command} its
 * name, the one in the annotation. Without the name it works too, but is made whenever somebody types one that nobody has said.
 */
public interface Command extends Callable<Integer> {
}
