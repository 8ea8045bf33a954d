package org.refract.engine.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** In what two trainings differ, in words, from their identities ({@link TrainingState#identity}). */
final class TrainingDifference {

    /** Further differences are not listed. */
    private static final int MOST = 3;

    private TrainingDifference() {
    }

    /** Such as {@code batch was 512 and is 1024}; empty if the two are the same. */
    static String between(String before, String now) {
        JsonObject old = JsonParser.parseString(before).getAsJsonObject();
        JsonObject given = JsonParser.parseString(now).getAsJsonObject();
        List<String> words = new ArrayList<>(different("", texts(old), texts(given)));
        Map<String, JsonObject> oldTasks = tasks(old);
        Map<String, JsonObject> givenTasks = tasks(given);
        if (oldTasks.keySet().equals(givenTasks.keySet())) {
            oldTasks.forEach((name, task) -> words.addAll(
                    different(oldTasks.size() == 1 ? "" : name + "'s ", texts(task), texts(givenTasks.get(name)))));
        } else {
            words.add("its dictionaries were " + String.join(", ", oldTasks.keySet()) + " and are " + String.join(", ", givenTasks.keySet()));
        }
        return words.size() <= MOST ? String.join(", ", words)
                : String.join(", ", words.subList(0, MOST)) + ", and " + (words.size() - MOST) + " more";
    }

    private static List<String> different(String whose, Map<String, String> before, Map<String, String> now) {
        Set<String> names = new LinkedHashSet<>(before.keySet());
        names.addAll(now.keySet());
        return names.stream().filter(name -> !Objects.equals(before.get(name), now.get(name)))
                .map(name -> whose + name + " was " + before.getOrDefault(name, "not set") + " and is " + now.getOrDefault(name, "not set")).toList();
    }

    private static Map<String, JsonObject> tasks(JsonObject identity) {
        Map<String, JsonObject> tasks = new LinkedHashMap<>();
        identity.getAsJsonArray("tasks").forEach(task -> tasks.put(task.getAsJsonObject().get("name").getAsString(), task.getAsJsonObject()));
        return tasks;
    }

    private static Map<String, String> texts(JsonObject json) {
        Map<String, String> texts = new LinkedHashMap<>();
        json.entrySet().stream().filter(field -> field.getValue().isJsonPrimitive())
                .forEach(field -> texts.put(field.getKey(), field.getValue().getAsString()));
        return texts;
    }
}
