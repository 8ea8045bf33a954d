package org.refract.launcher;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.framework.BundleException;

/**
 * Starts the installed product: {@code java -Drefract.home=FOLDER org.refract.launcher.Main ARGUMENTS}.
 *
 * <p>The exit code is that of the command line. An interrupt (Ctrl-C, {@code kill}) interrupts the command's thread, waits for it to put
 * its work away, and ends with 128 + the signal's number.
 */
public final class Main {

    private static final int FAILURE = 1;

    private Main() {}

    /** Runs {@code refract} with these arguments and ends the JVM. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        try {
            UserFolders folders = UserFolders.ofThisPlatform();
            Installation installation = new Installation(Path.of(System.getProperty("refract.home")).toAbsolutePath());
            try (FrameworkCache cache = FrameworkCache.open(folders.cache());
                    Container container = Container.start(installation, folders, cache.folder())) {
                CommandThread command = new CommandThread(container, arguments);
                MainThread mainThread = MainThread.in(container.context());
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(command, container, cache), "refract shutdown"));
                command.start();
                return mainThread.serveUntil(command.exitCode());
            }
        } catch (BundleException | IOException e) {
            System.err.println("refract: cannot start: " + e.getMessage());
            return FAILURE;
        } catch (InterruptedException e) {
            return FAILURE;
        }
    }

    /** At the JVM's end: nothing to do after a command that ran to its end; otherwise the command gets the time to stop. */
    private static void end(CommandThread command, Container container, FrameworkCache cache) {
        if (command.stop()) {
            container.close();
            cache.close();
        }
    }
}
