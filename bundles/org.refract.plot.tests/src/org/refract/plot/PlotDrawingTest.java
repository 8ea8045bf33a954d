package org.refract.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.plot.Axis;
import org.refract.api.plot.Interval;
import org.refract.api.plot.Plot;
import org.refract.api.plot.PlotJson;
import org.refract.api.plot.Series;
import org.refract.api.plot.Series.Bars;
import org.refract.api.plot.Series.HeatMap;
import org.refract.api.plot.Series.Histogram;
import org.refract.api.plot.Series.Line;
import org.refract.api.plot.Series.Points;

/** Plots are drawn where their numbers lie, and survive being written. */
class PlotDrawingTest {
    private static final double[] X = {1, 10, 100};
    private static final double[] Y = {0.25, Double.NaN, 0.75};
    private static final Optional<Interval> AROUND = Optional.of(new Interval(new double[] {0.125, 0.25, 0.5}, new double[] {0.5, 0.75, 1}, "95 %"));

    static Stream<Plot> plots() {
        return Stream.of(plot(Axis.of("step"), new Line("a < b", X, Y, AROUND), new Line("c", X, X)),
                plot(Axis.log("density").in("1/token"), new Points("p", X, Y, AROUND, List.of("#1", "#2 & \"x\"", "#3"))),
                plot(Axis.of("value"), new Histogram("all", new double[] {0, 1, 10, 100}, new double[] {5, 0, 2})),
                plot(Axis.of("block"), new Bars("one", List.of("down.2.1", "mid.0", "a block whose name is longer than anybody would like"), Y, AROUND),
                        new Bars("two", List.of("down.2.1", "mid.0", "a block whose name is longer than anybody would like"), X)),
                plot(Axis.of("block"), new HeatMap("roles", List.of("colour", "shape"), List.of("a", "b", "c"), new double[][] {Y, X})));
    }

    private static Plot plot(Axis x, Series... series) {
        return new Plot("what it shows", x, Axis.of("share"), List.of(series));
    }

    private static double[] corners(String svg, String colour) {
        String from = svg.substring(svg.indexOf("<polygon fill=\"" + colour));
        String points = from.substring(from.indexOf("points=\"") + 8, from.indexOf("\"/>"));
        return Stream.of(points.split("[ ,]")).mapToDouble(Double::parseDouble).toArray();
    }

    @ParameterizedTest
    @MethodSource("plots")
    void everyKindIsAnSvgDocumentAndThePictureOfTwiceItsSize(Plot plot) throws Exception {
        String svg = PlotDrawing.svg(plot);
        var root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8))).getDocumentElement();
        BufferedImage picture = PlotDrawing.picture(plot);
        assertEquals(List.of(2 * PlotDrawing.WIDTH, 2 * Integer.parseInt(root.getAttribute("height"))), List.of(picture.getWidth(), picture.getHeight()));
        assertFalse(svg.contains("NaN") || svg.contains("Infinity"), svg);
        assertTrue(svg.contains("what it shows") && svg.contains(Xml.escaped(plot.x().title())) && svg.contains("share"), svg);
        assertEquals(svg, PlotDrawing.svg(plot));
        int[] pixels = picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
        assertArrayEquals(pixels, PlotDrawing.picture(plot).getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth()));
        assertTrue(IntStream.of(pixels).distinct().count() > 10, "something is drawn");
    }

    @ParameterizedTest
    @MethodSource("plots")
    void itsWrittenFormSaysTheSame(Plot plot) throws RefractException {
        String written = PlotJson.write(plot).toString();
        Plot read = PlotJson.read(Json.parse("plot.json", written));
        assertEquals(written, PlotJson.write(read).toString());
        assertEquals(PlotDrawing.svg(plot), PlotDrawing.svg(read));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'y': [1]", "'kind': 'pie'", "'x': ['a', 2]", "'interval': {'low': [1], 'high': [1, 2], 'meaning': ''}"})
    void aWrittenPlotThatMakesNoSenseIsASentence(String wrong) {
        String field = wrong.substring(0, wrong.indexOf(':'));
        String line = Stream.of("'kind': 'line'", "'name': 'n'", "'x': [1, 2]", "'y': [3, 4]").filter(part -> !part.startsWith(field)).reduce(wrong, (a, b) -> a + ", " + b);
        String axis = "{'label': '', 'unit': '', 'scale': 'linear'}";
        String text = ("{'title': 't', 'x': " + axis + ", 'y': " + axis + ", 'series': [{" + line + "}]}").replace('\'', '"');
        String sentence = assertThrows(RefractException.class, () -> PlotJson.read(Json.parse("plot.json", text))).getMessage();
        assertTrue(sentence.startsWith("plot.json is wrong: 'series[0]"), sentence);
    }

    @Test
    void seriesThatShareNoAxisAreRefused() {
        Bars bars = new Bars("", List.of("a"), new double[] {1});
        assertThrows(IllegalArgumentException.class, () -> plot(Axis.of(""), bars, new Line("", X, Y)));
        assertThrows(IllegalArgumentException.class, () -> plot(Axis.of(""), bars, new Bars("", List.of("b"), new double[] {1})));
        assertThrows(IllegalArgumentException.class, () -> plot(Axis.of("")));
    }

    /** The highest point of a falling curve is drawn at its first step. */
    @Test
    void aCurveIsDrawnWhereItsNumbersLie() {
        String svg = PlotDrawing.svg(new Plot("t", Axis.of("step"), Axis.of(""), List.of(new Line("c", new double[] {0, 50, 100}, new double[] {1, 0.5, Double.NaN}))));
        assertTrue(svg.contains("points=\"70.0,36.0 385.0,336.0\""), svg);
    }

    /** 630 pixels wide from 70 on, 300 high down to 352: bins of 1, 9 and 90 hundredths, counts 5, 0 and 2 of 5. */
    @Test
    void aBinIsAsWideAsItsEdgesSay() {
        String svg = PlotDrawing.svg(plot(Axis.of("value"), new Histogram("", new double[] {0, 1, 10, 100}, new double[] {5, 0, 2})));
        assertArrayEquals(new double[] {70, 352, 76.3, 352, 76.3, 52, 70, 52}, corners(svg, "#0072b2"), 0.05);
        assertTrue(svg.contains("points=\"133.0,352.0 700.0,352.0 700.0,232.0 133.0,232.0\""), svg);
    }

    /** Equal ratios lie equally far apart; what is not positive has no place. */
    @Test
    void aLogarithmicAxisPutsAHundredTwiceAsFarAsTen() {
        String svg = PlotDrawing.svg(plot(Axis.log(""), new Points("", new double[] {1, 10, 100, 0, -5}, new double[] {0, 1, 2, 3, 4})));
        assertEquals(List.of("70.0", "385.0", "700.0"), Stream.of(svg.split("<circle cx=\"")).skip(1).map(dot -> dot.substring(0, dot.indexOf('"'))).toList());
    }

    @Test
    void theFirstRowOfAHeatMapIsOnTopAndItsLargestCellBrightest() {
        String svg = PlotDrawing.svg(plot(Axis.of(""), new HeatMap("", List.of("r", "s"), List.of("a"), new double[][] {{9}, {1}})));
        double[] largest = corners(svg, "#fde725");
        double[] least = corners(svg, "#440154");
        assertEquals(52, Math.min(largest[1], largest[5]), 0.05);
        assertEquals(352, Math.max(least[1], least[5]), 0.05);
    }

    @Test
    void theTerminalShowsTheCurveAndItsLastNumber() throws Exception {
        List<String> lines = BraillePlot.of("t", List.of(new Line("c", new double[] {0, 1}, new double[] {0, 1})), 32, 5, false);
        assertEquals("t", lines.getFirst());
        assertEquals(7, lines.size());
        assertTrue(lines.get(1).startsWith("     1.00 ┤"), lines.toString());
        int top = lines.get(1).codePointAt(lines.get(1).length() - 1);
        int bottom = lines.get(5).codePointAt(11);
        assertTrue((top - 0x2800 & 0x08) != 0, "the upper right dot is set");
        assertTrue((bottom - 0x2800 & 0x40) != 0, "the lower left dot is set");
        assertTrue(lines.stream().allMatch(l -> l.codePointCount(0, l.length()) <= 32), lines.toString());
    }
}
