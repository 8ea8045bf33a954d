package org.refract.cli.curves;

import java.util.Locale;

/** Draws as SVG text. */
final class SvgSurface implements Surface {

    private final StringBuilder svg = new StringBuilder();

    SvgSurface(int width, int height) {
        svg.append(String.format(Locale.ROOT, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                + "font-family=\"sans-serif\" font-size=\"12\">%n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", width, height, width, height, width, height));
    }

    @Override
    public void line(double[] x, double[] y, int colour, double width) {
        svg.append(String.format(Locale.ROOT, "<polyline fill=\"none\" stroke=\"#%06x\" stroke-width=\"%.1f\" stroke-linejoin=\"round\" points=\"", colour, width));
        for (int i = 0; i < x.length; i++) {
            svg.append(String.format(Locale.ROOT, "%s%.1f,%.1f", i == 0 ? "" : " ", x[i], y[i]));
        }
        svg.append("\"/>\n");
    }

    @Override
    public void text(String text, double x, double y, int anchor, int colour) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" fill=\"#%06x\" text-anchor=\"%s\">%s</text>%n", x, y, colour,
                anchor < 0 ? "start" : anchor == 0 ? "middle" : "end", escaped(text)));
    }

    /** Text as XML text. */
    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    /** The whole document. */
    String text() {
        return svg + "</svg>\n";
    }
}
