package org.refract.api.plot;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.plot.Series.Bars;
import org.refract.api.plot.Series.HeatMap;
import org.refract.api.plot.Series.Histogram;
import org.refract.api.plot.Series.Line;
import org.refract.api.plot.Series.Points;

/** The written form of a {@link Plot}: its fields by their names, each series with its {@code kind}; what is not finite is {@code null}. */
public final class PlotJson {
    private PlotJson() {
    }

    /** Writes it. */
    public static JsonObject write(Plot plot) {
        JsonObject json = new JsonObject();
        json.addProperty("title", plot.title());
        json.add("x", axis(plot.x()));
        json.add("y", axis(plot.y()));
        JsonArray series = new JsonArray();
        plot.series().forEach(one -> series.add(series(one)));
        json.add("series", series);
        return json;
    }

    private static JsonObject axis(Axis axis) {
        JsonObject json = new JsonObject();
        json.addProperty("label", axis.label());
        json.addProperty("unit", axis.unit());
        json.addProperty("scale", axis.scale().name().toLowerCase(Locale.ROOT));
        return json;
    }

    private static JsonObject series(Series series) {
        JsonObject json = new JsonObject();
        json.addProperty("kind", series.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        json.addProperty("name", series.name());
        switch (series) {
            case Line line -> {
                json.add("x", numbers(line.x()));
                json.add("y", numbers(line.y()));
                line.interval().ifPresent(interval -> json.add("interval", interval(interval)));
            }
            case Points points -> {
                json.add("x", numbers(points.x()));
                json.add("y", numbers(points.y()));
                points.interval().ifPresent(interval -> json.add("interval", interval(interval)));
                json.add("labels", texts(points.labels()));
            }
            case Bars bars -> {
                json.add("categories", texts(bars.categories()));
                json.add("values", numbers(bars.values()));
                bars.interval().ifPresent(interval -> json.add("interval", interval(interval)));
            }
            case Histogram histogram -> {
                json.add("edges", numbers(histogram.edges()));
                json.add("counts", numbers(histogram.counts()));
            }
            case HeatMap map -> {
                json.add("rows", texts(map.rows()));
                json.add("columns", texts(map.columns()));
                JsonArray values = new JsonArray();
                Stream.of(map.values()).map(PlotJson::numbers).forEach(values::add);
                json.add("values", values);
            }
        }
        return json;
    }

    private static JsonObject interval(Interval interval) {
        JsonObject json = new JsonObject();
        json.add("low", numbers(interval.low()));
        json.add("high", numbers(interval.high()));
        json.addProperty("meaning", interval.meaning());
        return json;
    }

    private static JsonArray numbers(double[] numbers) {
        JsonArray json = new JsonArray();
        Arrays.stream(numbers).forEach(number -> json.add(Double.isFinite(number) ? new JsonPrimitive(number) : JsonNull.INSTANCE));
        return json;
    }

    private static JsonArray texts(List<String> texts) {
        JsonArray json = new JsonArray();
        texts.forEach(json::add);
        return json;
    }

    /**
     * Reads it.
     *
     * @throws RefractException if something is missing, or lengths do not fit
     */
    public static Plot read(Json json) throws RefractException {
        List<Series> series = new ArrayList<>();
        for (Json one : json.at("series").items()) {
            series.add(checked(one, () -> series(one)));
        }
        Axis x = axis(json.at("x"));
        Axis y = axis(json.at("y"));
        String title = json.at("title").text();
        return checked(json, () -> new Plot(title, x, y, series));
    }

    private interface Reading<T> {
        T read() throws RefractException;
    }

    private static <T> T checked(Json json, Reading<T> reading) throws RefractException {
        try {
            return reading.read();
        } catch (IllegalArgumentException e) {
            throw json.wrong("something that can be drawn (" + e.getMessage() + ")");
        }
    }

    private static Axis axis(Json json) throws RefractException {
        Json scale = json.at("scale");
        return switch (scale.text()) {
            case "linear" -> new Axis(json.at("label").text(), json.at("unit").text(), Axis.Scale.LINEAR);
            case "log" -> new Axis(json.at("label").text(), json.at("unit").text(), Axis.Scale.LOG);
            default -> throw scale.wrong("linear or log");
        };
    }

    private static Series series(Json json) throws RefractException {
        String name = json.at("name").text();
        return switch (json.at("kind").text()) {
            case "line" -> new Line(name, numbers(json.at("x")), numbers(json.at("y")), interval(json));
            case "points" -> new Points(name, numbers(json.at("x")), numbers(json.at("y")), interval(json), json.at("labels").texts());
            case "bars" -> new Bars(name, json.at("categories").texts(), numbers(json.at("values")), interval(json));
            case "histogram" -> new Histogram(name, numbers(json.at("edges")), numbers(json.at("counts")));
            case "heatmap" -> new HeatMap(name, json.at("rows").texts(), json.at("columns").texts(), rows(json.at("values")));
            default -> throw json.at("kind").wrong("line, points, bars, histogram or heatmap");
        };
    }

    private static Optional<Interval> interval(Json series) throws RefractException {
        Optional<Json> json = series.find("interval");
        return json.isEmpty() ? Optional.empty()
                : Optional.of(new Interval(numbers(json.get().at("low")), numbers(json.get().at("high")), json.get().at("meaning").text()));
    }

    private static double[][] rows(Json json) throws RefractException {
        List<double[]> rows = new ArrayList<>();
        for (Json row : json.items()) {
            rows.add(numbers(row));
        }
        return rows.toArray(double[][]::new);
    }

    private static double[] numbers(Json json) throws RefractException {
        List<Json> items = json.items();
        double[] numbers = new double[items.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = items.get(i).isNull() ? Double.NaN : items.get(i).number();
        }
        return numbers;
    }
}
