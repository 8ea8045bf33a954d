package org.refract.api;

/**
 * Text as a terminal may have it. What would move the cursor, change colours, ring, write the clipboard or turn the order of letters (C0, DEL, C1,
 * bidirectional embeddings, overrides and isolates) is written as in JSON, <code>&#92;u001b</code>, so that it is seen, does nothing, and JSON stays the
 * same JSON. The launcher, the command line and what libraries log all pass it.
 */
public final class Plain {
    private Plain() {
    }

    /** Text of several lines: line ends and tabs stay. */
    public static String text(String text) {
        return shown(text, false);
    }

    /** Text that stands in a line, such as a name, a sentence, a prompt: nothing in it ends the line. */
    public static String line(String text) {
        return shown(text, true);
    }

    private static String shown(String text, boolean inLine) {
        StringBuilder shown = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean acts = inLine ? acts(c) || c == '\n' || c == '\t' || c == '\u2028' || c == '\u2029'
                    : acts(c) && !(c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n');
            if (acts && shown == null) {
                shown = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (acts) {
                shown.append(c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\u%04x".formatted((int) c));
            } else if (shown != null) {
                shown.append(c);
            }
        }
        return shown == null ? text : shown.toString();
    }

    private static boolean acts(char c) {
        return c < ' ' && c != '\n' && c != '\t' || c >= 0x7f && c <= 0x9f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
    }
}
