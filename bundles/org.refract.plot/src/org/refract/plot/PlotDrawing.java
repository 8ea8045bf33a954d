package org.refract.plot;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.refract.api.plot.Interval;
import org.refract.api.plot.Plot;
import org.refract.api.plot.Series;
import org.refract.api.plot.Series.Bars;
import org.refract.api.plot.Series.HeatMap;
import org.refract.api.plot.Series.Line;
import org.refract.api.plot.Series.Points;

/** Draws plots, the same as SVG and as a picture: the same plot gives the same SVG on every machine. */
public final class PlotDrawing {
    /** Of the SVG, in pixels; a picture is twice as wide. */
    public static final int WIDTH = 720;

    private static final int PLOT = 300;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 36;
    private static final int BOTTOM = 44;
    private static final int LINE = 16;
    private static final int SCALE = 2;
    /** Of a character, about. */
    private static final double LETTER = 6.5;
    private static final int LONGEST = 28;
    private static final int SLANT = 35;
    private static final int COLOUR_BAR = 70;
    private static final int SHADES = 32;

    private final Plot plot;
    private final Frame frame;
    private final List<String> across;
    private final List<String> down;
    private final boolean slanted;

    private PlotDrawing(Plot plot) {
        this.plot = plot;
        across = plot.categories().orElse(List.of()).stream().map(PlotDrawing::shortened).toList();
        down = plot.series().getFirst() instanceof HeatMap map ? map.rows().stream().map(PlotDrawing::shortened).toList() : List.of();
        double left = Math.max(LEFT, longest(down) + 12);
        double width = WIDTH - left - RIGHT - (down.isEmpty() ? 0 : COLOUR_BAR);
        slanted = !across.isEmpty() && longest(across) > width / across.size();
        frame = new Frame(left, plot.y().title().isEmpty() ? TOP : TOP + LINE, width, PLOT, Range.across(plot), Range.up(plot));
    }

    /** As SVG, which needs no fonts here: whoever shows it has them. */
    public static String svg(Plot plot) {
        PlotDrawing drawing = new PlotDrawing(plot);
        SvgSurface surface = new SvgSurface(WIDTH, drawing.height());
        drawing.draw(surface);
        return surface.text();
    }

    /** As a picture of twice the size; text is in the machine's sans serif font. */
    public static BufferedImage picture(Plot plot) {
        PlotDrawing drawing = new PlotDrawing(plot);
        PictureSurface surface = new PictureSurface(WIDTH, drawing.height(), SCALE);
        drawing.draw(surface);
        return surface.picture();
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST ? name : name.substring(0, LONGEST - 1) + "…";
    }

    private static double longest(List<String> names) {
        return LETTER * names.stream().mapToInt(String::length).max().orElse(0);
    }

    private int height() {
        return (int) (below() + LINE * legend().size());
    }

    /** Where the legend begins. */
    private double below() {
        return frame.top() + frame.height() + BOTTOM + (slanted ? Math.sin(Math.toRadians(SLANT)) * longest(across) : 0);
    }

    private List<String> legend() {
        return down.isEmpty() ? plot.series().stream().map(PlotDrawing::entry).filter(entry -> !entry.isEmpty()).toList() : List.of();
    }

    private static String entry(Series series) {
        String meaning = (switch (series) {
            case Line line -> line.interval();
            case Points points -> points.interval();
            case Bars bars -> bars.interval();
            default -> Optional.<Interval>empty();
        }).map(Interval::meaning).orElse("");
        return meaning.isEmpty() || series.name().isEmpty() ? series.name() + meaning : series.name() + " (" + meaning + ")";
    }

    private void draw(Surface surface) {
        surface.text(plot.title(), frame.left(), TOP - 14, -1, 0, Palette.INK);
        if (!plot.y().title().isEmpty()) {
            surface.text(plot.y().title(), frame.left(), TOP - 14 + LINE, -1, 0, Palette.INK);
        }
        if (down.isEmpty()) {
            upwards(surface);
        } else {
            rows(surface);
        }
        if (across.isEmpty()) {
            sideways(surface);
        } else {
            categories(surface);
        }
        double bottom = frame.top() + frame.height();
        surface.text(plot.x().title(), frame.left() + frame.width() / 2, below() - 10, 0, 0, Palette.INK);
        Marks marks = new Marks(surface, frame);
        for (int i = 0; i < plot.series().size(); i++) {
            marks.draw(plot.series().get(i), i, plot.series().size());
        }
        if (plot.series().getFirst() instanceof HeatMap map) {
            colourBar(surface, Span.of(map), bottom);
        }
        for (int i = 0; i < legend().size(); i++) {
            double row = below() + LINE * (i + 0.5);
            surface.line(new double[] {frame.left(), frame.left() + 22}, new double[] {row, row}, Palette.series(i), 3);
            surface.text(legend().get(i), frame.left() + 30, row + 4, -1, 0, Palette.INK);
        }
    }

    private void upwards(Surface surface) {
        for (double tick : frame.up().ticks()) {
            double at = frame.y(tick);
            surface.line(new double[] {frame.left(), frame.left() + frame.width()}, new double[] {at, at}, Palette.GRID, 1);
            surface.text(frame.up().tickLabel(tick), frame.left() - 6, at + 4, 1, 0, Palette.INK);
        }
    }

    private void sideways(Surface surface) {
        double bottom = frame.top() + frame.height();
        for (double tick : frame.across().ticks()) {
            double at = frame.x(tick);
            surface.line(new double[] {at, at}, new double[] {frame.top(), bottom}, Palette.GRID, 1);
            surface.text(frame.across().tickLabel(tick), at, bottom + 16, 0, 0, Palette.INK);
        }
    }

    /** Where there are more categories than room, only every second, third ... has its name. */
    private void categories(Surface surface) {
        int every = (int) Math.ceil(across.size() * LINE / frame.width());
        for (int i = 0; i < across.size(); i += Math.max(1, every)) {
            surface.text(across.get(i), frame.x(i + 0.5) + (slanted ? 4 : 0), frame.top() + frame.height() + 16, slanted ? 1 : 0, slanted ? SLANT : 0, Palette.INK);
        }
    }

    private void rows(Surface surface) {
        int every = (int) Math.ceil(down.size() * 12 / frame.height());
        for (int i = 0; i < down.size(); i += Math.max(1, every)) {
            surface.text(down.get(i), frame.left() - 6, frame.y(down.size() - i - 0.5) + 4, 1, 0, Palette.INK);
        }
    }

    private void colourBar(Surface surface, Span span, double bottom) {
        double left = frame.left() + frame.width() + 14;
        double high = frame.height() / SHADES;
        for (int i = 0; i < SHADES; i++) {
            double y = bottom - i * high;
            surface.area(new double[] {left, left + 12, left + 12, left}, new double[] {y, y, y - high, y - high}, Palette.cell((i + 0.5) / SHADES), 1);
        }
        surface.text(Ticks.number(span.most()), left + 16, frame.top() + 10, -1, 0, Palette.INK);
        surface.text(Ticks.number(span.least()), left + 16, bottom, -1, 0, Palette.INK);
    }
}
