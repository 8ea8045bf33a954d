package org.refract.api.command;

import java.util.concurrent.Callable;

/**
 * Extension point: a subcommand of {@code refract}. An implementation carries picocli's {@code @Command} annotation, which
 * gives its name, options and help; a new instance is made for each use, so register it with prototype scope. It returns
 * the exit code, and throws {@link org.refract.api.RefractException} for what a person can mend.
 */
public interface Command extends Callable<Integer> {
}
