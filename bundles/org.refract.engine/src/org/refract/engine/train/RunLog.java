package org.refract.engine.train;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.FileFailure;

/**
 * The metrics of a training, one JSON object a line: {@code {"step": 100, "samples": 409600, "recons": 0.21, ...}}. A number that is not
 * finite is left out. Lines are written as they come, so another process can follow the file.
 */
public final class RunLog implements AutoCloseable {

    /** Beside the log of a training, the same kind of file for what differs between two equal trainings: {@value #SPEED}. */
    public static final String CLOCK = "clock.jsonl";

    /** How fast the vectors went since the line before. Older logs have it among their metrics. */
    public static final String SPEED = "samples_per_second";

    private final Path file;
    private final SeekableByteChannel out;
    private final StringBuilder waiting = new StringBuilder();
    private long end;

    /**
     * One line.
     *
     * @param step optimiser steps done
     * @param samples vectors seen
     * @param metrics numbers by name
     */
    public record Entry(long step, long samples, Map<String, Double> metrics) {

        /** Keeps the order of the metrics. */
        public Entry {
            metrics = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        }

        private String line() {
            JsonObject json = new JsonObject();
            json.addProperty("step", step);
            json.addProperty("samples", samples);
            metrics.forEach((name, value) -> {
                if (Double.isFinite(value)) {
                    json.addProperty(name, value);
                }
            });
            return json + "\n";
        }
    }

    /** @param out what is written to, from its position on */
    RunLog(Path file, SeekableByteChannel out) throws IOException {
        this.file = file;
        this.out = out;
        this.end = out.position();
    }

    /** Opens a log for writing; lines of steps after {@code step} are dropped, because a training that goes on will write them again. */
    public static RunLog continueAt(Path file, long step) throws RefractException {
        StringBuilder kept = new StringBuilder();
        if (Files.exists(file)) {
            read(file).stream().filter(e -> e.step() <= step).forEach(e -> kept.append(e.line()));
        }
        AtomicFile.write(file, kept.toString());
        try {
            SeekableByteChannel out = Files.newByteChannel(file, StandardOpenOption.WRITE);
            return new RunLog(file, out.position(out.size()));
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    /** Adds a line. One for which the disk has no room waits for the next. */
    public void append(Entry entry) throws RefractException {
        waiting.append(entry.line());
        try {
            write();
        } catch (IOException e) {
            if (!FileFailure.isFull(e)) {
                throw FileFailure.writing(file, e);
            }
        }
    }

    /** Writes what waits, all of it or nothing. */
    private void write() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(waiting.toString().getBytes(StandardCharsets.UTF_8));
        try {
            out.position(end);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            out.truncate(end);
            throw e;
        }
        end += bytes.limit();
        waiting.setLength(0);
    }

    /** All lines of a log that may still be growing: a last line without its end is left out. */
    public static List<Entry> read(Path file) throws RefractException {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
        List<Entry> entries = new ArrayList<>();
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            Map<String, Double> metrics = new LinkedHashMap<>();
            Json json = Json.parse(file + ", line " + (entries.size() + 1), line);
            for (var field : json.fields().entrySet()) {
                if (!field.getKey().equals("step") && !field.getKey().equals("samples")) {
                    metrics.put(field.getKey(), field.getValue().number());
                }
            }
            entries.add(new Entry(json.at("step").integer(), json.at("samples").integer(), metrics));
        }
        return entries;
    }

    /** @throws RefractException if there is still no room for a line */
    @Override
    public void close() throws RefractException {
        try (out) {
            write();
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }
}
