package org.refract.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.engine.index.AtlasFacts;
import org.refract.engine.job.RunRecord;
import org.refract.engine.unpack.RunFolder;

/**
 * What a run's record says, for people.
 *
 * @param title   the model's name
 * @param lead    what was done, in one sentence
 * @param model   facts about the model
 * @param record  facts about the run
 * @param notes   sentences that the run kept
 */
record RunFacts(String title, String lead, List<List<String>> model, List<List<String>> record, List<String> notes) {
    private static final String IDENTITY = "identity.";
    private static final List<String> ELSEWHERE = List.of("phase.", "model_name", "model_title", "model_fact.", IDENTITY + "model");

    /** @param atlases what the atlases say of the model */
    static RunFacts of(RunFolder run, RunRecord record, List<AtlasFacts> atlases, List<Block> blocks) throws RefractException {
        JsonObject json = record.json();
        JsonObject facts = json.getAsJsonObject("facts");
        Optional<AtlasFacts> atlas = atlases.stream().findFirst();
        String name = Optional.of(text(facts, "model_name")).filter(n -> !n.isEmpty()).or(() -> atlas.map(AtlasFacts::model))
                .orElse(run.path().getFileName().toString());
        String title = Optional.of(text(facts, "model_title")).filter(t -> !t.isEmpty()).orElse(name);
        return new RunFacts(title, lead(blocks), model(name, json, facts, atlas), record(json, facts),
                json.getAsJsonArray("notes").asList().stream().map(JsonElement::getAsString).toList());
    }

    /** The record of a run; a folder without one is no run. */
    static RunRecord read(RunFolder run) throws RefractException {
        if (!Files.isRegularFile(run.record())) {
            throw RefractException.usage("%s is no run folder: it has no %s.", run.path(), RunRecord.FILE);
        }
        return RunRecord.read(run.path());
    }

    private static String lead(List<Block> blocks) {
        long pictures = blocks.stream().mapToLong(Block::recordings).max().orElse(0);
        long features = blocks.stream().mapToLong(Block::alive).sum();
        return String.format(Locale.ENGLISH, "%,d pictures were drawn while %s recorded. A sparse dictionary was learnt for each, and %,d features came to light. "
                + "Here is what they see, what they do, and what happens when they are turned.", pictures, blocks.size() == 1 ? "one block was"
                : blocks.size() + " blocks were", features);
    }

    private static List<List<String>> model(String name, JsonObject json, JsonObject facts, Optional<AtlasFacts> atlas) {
        List<List<String>> pairs = new ArrayList<>();
        pairs.add(List.of("name", name));
        for (Map.Entry<String, JsonElement> fact : facts.entrySet()) {
            if (fact.getKey().startsWith("model_fact.")) {
                pairs.add(List.of(fact.getKey().substring("model_fact.".length()), fact.getValue().getAsString()));
            }
        }
        Optional.of(text(json, "model")).filter(f -> !f.isEmpty()).or(() -> atlas.map(AtlasFacts::modelFingerprint))
                .ifPresent(fingerprint -> pairs.add(List.of("fingerprint", fingerprint)));
        return pairs;
    }

    private static List<List<String>> record(JsonObject json, JsonObject facts) {
        List<List<String>> pairs = new ArrayList<>();
        pairs.add(List.of("versions", joined(json.getAsJsonObject("versions"))));
        pairs.add(List.of("seeds", joined(json.getAsJsonObject("seeds"))));
        for (Map.Entry<String, JsonElement> fact : facts.entrySet()) {
            if (ELSEWHERE.stream().noneMatch(fact.getKey()::startsWith) && !fact.getKey().contains("/")) {
                pairs.add(List.of(fact.getKey().replace(IDENTITY, "").replace('_', ' '), fact.getValue().getAsString()));
            }
        }
        pairs.removeIf(pair -> pair.get(1).isBlank() || pair.get(1).equals("{}"));
        return pairs;
    }

    private static String joined(JsonObject object) {
        return object.entrySet().stream().map(e -> e.getKey() + " " + e.getValue().getAsString()).collect(Collectors.joining(", "));
    }

    private static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }
}
