package org.refract.launcher;

import java.util.Arrays;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Finds out who is ending the JVM, for a process that ends before its command has. */
final class ExitCaller {

    private ExitCaller() {}

    /** A sentence that names the extension whose class called {@code exit}; empty if it was the launcher or a signal. */
    static Optional<String> sentence(BundleContext context) {
        return Thread.getAllStackTraces().values().stream().map(ExitCaller::callerOfExit).flatMap(Optional::stream)
                .filter(caller -> !caller.startsWith("org.refract.launcher."))
                .map(caller -> who(context, caller) + " ended Refract (" + caller + " called exit); --safe starts without extensions.")
                .findFirst();
    }

    private static Optional<String> callerOfExit(StackTraceElement[] stack) {
        boolean ends = Arrays.stream(stack).anyMatch(frame -> frame.getClassName().equals("java.lang.Runtime") && frame.getMethodName().equals("exit"));
        return Arrays.stream(stack).map(StackTraceElement::getClassName).filter(name -> ends && !name.startsWith("java.") && !name.startsWith("jdk."))
                .findFirst();
    }

    private static String who(BundleContext context, String type) {
        String file = type.replace('.', '/') + ".class";
        return Arrays.stream(context.getBundles()).filter(ExtensionStarter::isExtension).filter(bundle -> has(bundle, file)).findFirst()
                .map(bundle -> "the extension " + ExtensionStarter.named(bundle)).orElse("somebody");
    }

    private static boolean has(Bundle bundle, String file) {
        try {
            return bundle.getEntry(file) != null;
        } catch (IllegalStateException uninstalled) {
            return false;
        }
    }
}
