package org.refract.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;

/**
 * Saved states of a training: {@code training.json} names the step, {@code NAME/state/STEP.safetensors} holds each learner's weights
 * ({@code weights.*}) and the rest of its state ({@code trainer.*}) at that step. The states are written first, then {@code training.json} is replaced, then
 * older states go; so a kill at any moment leaves one whole state of all learners.
 *
 * @param step optimiser steps done
 * @param identity what a training that goes on must have in common with this one
 * @param positions where each learner's data go on
 * @param progress how each learner does, where the training has an early stop; one that has stopped has no weights here
 */
record TrainingState(long step, String identity, Map<String, StreamPosition> positions, Map<String, EarlyStop.Progress> progress) {

    static final String STATES = "state";
    private static final String FILE = "training.json";
    private static final String FORMAT = "refract-training";
    private static final int VERSION = 1;
    private static final String MADE_BY = "made_by";
    private static final String WEIGHTS = "weights.";

    /** How weights were called while only autoencoders were trained. */
    private static final String OLD_WEIGHTS = "sae.";
    private static final String TRAINER = "trainer.";

    /** What makes two plans the same training: everything but its length and how often it logs and saves, unless an early stop looks at the log. */
    static String identity(TrainingPlan plan) {
        JsonObject json = new JsonObject();
        json.addProperty("batch", plan.batch());
        json.addProperty("seed", plan.seed());
        json.addProperty("block_bytes", plan.blockBytes());
        plan.earlyStop().ifPresent(stop -> {
            json.addProperty("early_stop", stop.metric() + " " + stop.patience() + " " + stop.least());
            json.addProperty("log_every", plan.logEvery());
        });
        JsonArray tasks = new JsonArray();
        for (TrainingTask task : plan.tasks()) {
            JsonObject said = new JsonObject();
            said.addProperty("name", task.name());
            task.learning().identity().forEach(said::addProperty);
            task.source().identity().forEach(said::addProperty);
            tasks.add(said);
        }
        json.add("tasks", tasks);
        return json.toString();
    }

    /** The saved state of a folder, if there is one. */
    static Optional<TrainingState> find(Path folder) throws RefractException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Json json = Json.read(file);
        if (!json.at("format").text().equals(FORMAT) || json.at("version").integer() != VERSION) {
            throw json.wrong("a training's state of version " + VERSION);
        }
        for (Json task : Json.parse(file + ", identity", json.at("identity").text()).at("tasks").items()) {
            task.at("name").text();
        }
        Map<String, StreamPosition> positions = new LinkedHashMap<>();
        for (var position : json.at("positions").fields().entrySet()) {
            Json at = position.getValue();
            positions.put(position.getKey(), new StreamPosition(at.at("epoch").integer(), at.at("offset").integer()));
        }
        Map<String, EarlyStop.Progress> progress = new LinkedHashMap<>();
        if (json.has("early_stop")) {
            for (var task : json.at("early_stop").fields().entrySet()) {
                Json said = task.getValue();
                double best = said.has("best") ? said.at("best").number() : Double.NaN;
                progress.put(task.getKey(), new EarlyStop.Progress(best, said.at("best_step").integer(), said.at("stopped").flag()));
            }
        }
        return Optional.of(new TrainingState(json.at("step").integer(), json.at("identity").text(), positions, progress));
    }

    /** Whether a learner ended early and was written; one that could not be written goes on from here, to be written. */
    boolean stopped(String task) {
        return progress.containsKey(task) && progress.get(task).stopped() && !positions.containsKey(task);
    }

    /**
     * Saves all learners after a step. What has become NaN or infinite is not saved, so that the last good state stays.
     *
     * @param stopped how those did that ended early
     * @throws RefractException if a learner's numbers are not finite, or the disk is full; the state before is still there
     */
    static void save(Path folder, long step, String identity, List<RunningTask> tasks, Map<String, EarlyStop.Progress> stopped)
            throws RefractException {
        List<Path> written = new ArrayList<>();
        try {
            save(folder, step, identity, tasks, stopped, written);
        } catch (RefractException e) {
            for (Path file : written) {
                AtomicFolder.delete(file);
            }
            throw e;
        }
        for (RunningTask task : tasks) {
            deleteOthers(file(folder, task.name(), step));
        }
        for (String task : stopped.keySet()) {
            deleteOthers(file(folder, task, step));
        }
    }

    private static void save(Path folder, long step, String identity, List<RunningTask> tasks, Map<String, EarlyStop.Progress> stopped,
            List<Path> written) throws RefractException {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("version", VERSION);
        json.addProperty("step", step);
        json.addProperty("identity", identity);
        JsonObject makers = makers(tasks);
        if (!makers.isEmpty()) {
            json.add(MADE_BY, makers);
        }
        JsonObject positions = new JsonObject();
        for (RunningTask task : tasks) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            requireFinite(folder, step, task);
            task.learner().weights().forEach((name, tensor) -> tensors.put(WEIGHTS + name, tensor));
            task.learner().state().forEach((name, tensor) -> tensors.put(TRAINER + name, tensor));
            SafeTensorsWriter.write(file(folder, task.name(), step), Map.of("step", Long.toString(step)), tensors);
            written.add(file(folder, task.name(), step));
            JsonObject position = new JsonObject();
            position.addProperty("epoch", task.position().epoch());
            position.addProperty("offset", task.position().offset());
            positions.add(task.name(), position);
        }
        json.add("positions", positions);
        Map<String, EarlyStop.Progress> progress = new LinkedHashMap<>(stopped);
        tasks.forEach(task -> task.progress().ifPresent(p -> progress.put(task.name(), p)));
        if (!progress.isEmpty()) {
            JsonObject said = new JsonObject();
            progress.forEach((task, p) -> said.add(task, json(p)));
            json.add("early_stop", said);
        }
        AtomicFile.write(folder.resolve(FILE), Json.text(json));
    }

    /** Which extensions bring what is not Refract's own. */
    private static JsonObject makers(List<RunningTask> tasks) {
        JsonObject makers = new JsonObject();
        for (RunningTask task : tasks) {
            JsonObject facts = new JsonObject();
            task.learning().maker().forEach(facts::addProperty);
            if (!facts.isEmpty()) {
                makers.add(task.learning().kind(), facts);
            }
        }
        return makers;
    }

    /** What a folder's training says of the extension that brings what it teaches; nothing for Refract's own and where there is no training. */
    static Map<String, String> maker(Path folder, String variant) throws RefractException {
        Path file = folder.resolve(FILE);
        Map<String, String> facts = new TreeMap<>();
        if (Files.exists(file)) {
            Json json = Json.read(file);
            if (json.has(MADE_BY) && json.at(MADE_BY).has(variant)) {
                for (var fact : json.at(MADE_BY).at(variant).fields().entrySet()) {
                    facts.put(fact.getKey(), fact.getValue().text());
                }
            }
        }
        return facts;
    }

    private static void requireFinite(Path folder, long step, RunningTask task) throws RefractException {
        for (Map.Entry<String, NDArray> tensor : task.learner().weights().entrySet()) {
            if (DTypes.of(tensor.getValue()).isFloating() && !Tensors.areFinite(tensor.getValue())) {
                throw RefractException.failure("%s of %s is not finite any more at step %d, so this state was not saved: an activation is not finite, or the"
                        + " learning rate is too large; what was saved before is in %s.", tensor.getKey(), task.name(), step, folder);
            }
        }
    }

    private static JsonObject json(EarlyStop.Progress progress) {
        JsonObject json = new JsonObject();
        if (Double.isFinite(progress.best())) {
            json.addProperty("best", progress.best());
        }
        json.addProperty("best_step", progress.bestStep());
        json.addProperty("stopped", progress.stopped());
        return json;
    }

    /** A learner's weights in this state. */
    Map<String, NDArray> weights(Path folder, String task, NDManager owner) throws RefractException {
        Map<String, NDArray> weights = tensors(folder, task, WEIGHTS, owner);
        return weights.isEmpty() ? tensors(folder, task, OLD_WEIGHTS, owner) : weights;
    }

    /** The rest of a learner's state. */
    Map<String, NDArray> state(Path folder, String task, NDManager owner) throws RefractException {
        return tensors(folder, task, TRAINER, owner);
    }

    private Map<String, NDArray> tensors(Path folder, String task, String prefix, NDManager owner) throws RefractException {
        try (SafeTensors file = SafeTensors.open(file(folder, task, step))) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : file.names()) {
                if (name.startsWith(prefix)) {
                    tensors.put(name.substring(prefix.length()), file.read(name, owner));
                }
            }
            return tensors;
        }
    }

    private static Path file(Path folder, String task, long step) {
        return folder.resolve(task).resolve(STATES).resolve(step + ".safetensors");
    }

    private static void deleteOthers(Path kept) throws RefractException {
        if (!Files.isDirectory(kept.getParent())) {
            return;
        }
        try (var files = Files.list(kept.getParent())) {
            for (Path file : files.filter(f -> !f.equals(kept) && f.getFileName().toString().matches("\\d+\\.safetensors")).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw FileFailure.writing(kept.getParent(), e);
        }
    }
}
