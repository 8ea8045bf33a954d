package org.refract.plot;

/** Text in XML and HTML. */
public final class Xml {
    private Xml() {
    }

    /** With the characters that stand for markup escaped. */
    public static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
