package org.refract.api;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names that stand in a file, which may come from anybody, and become the name of another file: identifiers, hook points, the files of an
 * index. A safe one stays in its folder on every system: it has no separators and no control characters, is not {@code .} or {@code ..},
 * no device of Windows, and at most {@value #LONGEST} bytes long.
 */
public final class FileName {
    private static final int LONGEST = 200;
    private static final Pattern UNSAFE = Pattern.compile("[/\\\\:*?\"<>|\\p{Cntrl}\\x{80}-\\x{9f}\\x{2028}\\x{2029}\\p{Cs}]|^\\.{1,2}$|[. ]$|^ ");
    private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul");
    private static final Pattern PORT = Pattern.compile("(com|lpt)\\d");

    private FileName() {
    }

    /** Whether a file of this name lies where it is put. */
    public static boolean isSafe(String name) {
        String stem = name.toLowerCase(Locale.ROOT).replaceFirst("\\..*", "");
        return !name.isBlank() && !UNSAFE.matcher(name).find() && !DEVICES.contains(stem) && !PORT.matcher(stem).matches()
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }

    /**
     * A name as it is.
     *
     * @param name  what became of somebody's words
     * @param where the file or extension that says it, for the sentence
     * @throws RefractException if it could lead out of its folder
     */
    public static String require(String name, String where) throws RefractException {
        if (!isSafe(name)) {
            throw RefractException.usage("%s names '%s' as a file, which does not lie in its folder or cannot be a file's name on every system.", where, name);
        }
        return name;
    }
}
