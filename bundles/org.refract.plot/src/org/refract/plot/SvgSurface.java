package org.refract.plot;

import java.util.Locale;

/** Draws as SVG text. */
final class SvgSurface implements Surface {

    private final StringBuilder svg = new StringBuilder();

    SvgSurface(int width, int height) {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", width, height, width, height, width, height);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    @Override
    public void line(double[] x, double[] y, int colour, double width) {
        add("<polyline fill=\"none\" stroke=\"#%06x\" stroke-width=\"%.1f\" stroke-linejoin=\"round\" points=\"", colour, width);
        points(x, y);
    }

    @Override
    public void area(double[] x, double[] y, int colour, double opacity) {
        add("<polygon fill=\"#%06x\"%s points=\"", colour, opacity(opacity));
        points(x, y);
    }

    private void points(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            add("%s%.1f,%.1f", i == 0 ? "" : " ", x[i], y[i]);
        }
        svg.append("\"/>\n");
    }

    private static String opacity(double opacity) {
        return opacity < 1 ? String.format(Locale.ROOT, " fill-opacity=\"%.2f\"", opacity) : "";
    }

    @Override
    public void dot(double x, double y, double radius, int colour, double opacity, String label) {
        add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"#%06x\"%s%s%n", x, y, radius, colour, opacity(opacity),
                label.isEmpty() ? "/>" : "><title>" + Xml.escaped(label) + "</title></circle>");
    }

    @Override
    public void text(String text, double x, double y, int anchor, int degrees, int colour) {
        add("<text x=\"%.1f\" y=\"%.1f\" fill=\"#%06x\" text-anchor=\"%s\"%s>%s</text>%n", x, y, colour, anchor < 0 ? "start" : anchor == 0 ? "middle" : "end",
                degrees == 0 ? "" : String.format(Locale.ROOT, " transform=\"rotate(%d %.1f %.1f)\"", -degrees, x, y), Xml.escaped(text));
    }

    /** The whole document. */
    String text() {
        return svg + "</svg>\n";
    }
}
