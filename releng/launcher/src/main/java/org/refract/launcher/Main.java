package org.refract.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.BundleException;

/**
 * Starts the installed product: {@code java -Drefract.home=FOLDER org.refract.launcher.Main ARGUMENTS}.
 *
 * <p>The exit code is that of the command line. An interrupt (Ctrl-C, {@code kill}) interrupts the command's thread, waits for it to put
 * its work away, and ends with 128 + the signal's number.
 */
public final class Main {

    /** Environment variable: folders to watch for extensions instead of the usual ones, separated like a path. */
    private static final String EXTENSIONS = "REFRACT_EXTENSIONS";

    /** The argument that starts Refract without extensions. */
    private static final String SAFE = "--safe";

    private static final int FAILURE = 1;

    private Main() {}

    /** Runs {@code refract} with these arguments and ends the JVM. */
    public static void main(String[] arguments) {
        System.setOut(new UnclosableOutput(System.out));
        System.setErr(new UnclosableOutput(System.err));
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        try {
            Installation installation = new Installation(Path.of(System.getProperty("refract.home")).toAbsolutePath());
            if (VersionText.isAskedBy(arguments)) {
                System.out.println(VersionText.of(installation));
                return 0;
            }
            UserFolders folders = UserFolders.ofThisPlatform();
            folders.publish();
            LogFile.install(folders.data().resolve("logs"));
            List<Path> bundles = installation.bundlesInStartOrder();
            try (FrameworkCache cache = FrameworkCache.open(folders.cache());
                    Container container = Container.start(bundles, cache.folder(), Map.of())) {
                cache.complaint().ifPresent(sentence -> Said.say(sentence + "; the temporary folder is used instead"
                        + " (REFRACT_CACHE names another)."));
                Optional<String> lack = container.failures().isEmpty() ? Optional.empty() : cache.lack();
                if (lack.isPresent()) {
                    Said.say("cannot start: " + lack.get() + ".");
                    return FAILURE;
                }
                container.failures().forEach(Said::say);
                CommandThread command = new CommandThread(container, arguments);
                MainThread mainThread = MainThread.in(container.context());
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(command, container, cache), "refract shutdown"));
                container.watch(extensions(installation, folders, arguments));
                command.start();
                return mainThread.serveUntil(command.exitCode(), System::exit);
            }
        } catch (BundleException | IOException | RuntimeException | Error e) {
            Said.say("cannot start: " + reason(e) + ".", e);
            return FAILURE;
        } catch (InterruptedException e) {
            return FAILURE;
        }
    }

    /** What went wrong at the bottom, where the framework says only what it was about to do. */
    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String said = e instanceof BundleException || e instanceof IOException ? String.valueOf(e.getMessage()) : "an unexpected " + e;
        String bottom = String.valueOf(cause.getMessage());
        if (bottom.contains("Too many open files")) {
            return "this user may have too few files open at once; ulimit -n 256 is enough";
        }
        return said.contains(bottom) ? said : said + " (" + bottom + ")";
    }

    private static List<Path> extensions(Installation installation, UserFolders folders, String[] arguments) {
        if (List.of(arguments).contains(SAFE)) {
            return List.of();
        }
        String named = System.getenv(EXTENSIONS);
        if (named == null) {
            return List.of(installation.extensions(), folders.data().resolve("extensions"));
        }
        return Stream.of(named.split(File.pathSeparator)).filter(folder -> !folder.isBlank()).map(Path::of).toList();
    }

    /** At the JVM's end a running command gets the time to stop, and the JVM waits until everything is put away. */
    private static void end(CommandThread command, Container container, FrameworkCache cache) {
        ExitCaller.sentence(container.context()).ifPresent(Said::say);
        command.stop();
        container.close();
        cache.close();
    }
}
