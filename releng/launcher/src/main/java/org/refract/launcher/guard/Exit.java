package org.refract.launcher.guard;

/** Stands where an extension's classes called {@code System.exit}. */
public final class Exit {

    private Exit() {}

    /** @throws SecurityException always */
    public static void refused(int status) {
        throw new SecurityException("it tried to end Refract (System.exit(" + status + ")), which an extension may not");
    }
}
