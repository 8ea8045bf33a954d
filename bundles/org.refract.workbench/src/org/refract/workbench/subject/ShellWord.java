package org.refract.workbench.subject;

/** Words of a command line, as a POSIX shell reads them. */
public final class ShellWord {
    private ShellWord() {
    }

    /** A word as it is, or in quotation marks where a shell would take it apart. */
    public static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
