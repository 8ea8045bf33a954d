package org.refract.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.LinkedHashSet;
import java.util.Set;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/** Keeps the notes of a job for its JSON, each once; they are shown all the same. */
final class KeptNotes extends ForwardingMonitor {
    private final Set<String> all;
    private final Set<String> fresh = new LinkedHashSet<>();

    /** @param all gets every note */
    KeptNotes(Monitor next, Set<String> all) {
        super(next);
        this.all = all;
    }

    @Override
    public synchronized void note(String sentence) {
        if (all.add(sentence)) {
            fresh.add(sentence);
        }
        super.note(sentence);
    }

    /** Adds the notes since the last call to a picture's JSON, if there are any. */
    synchronized void addTo(JsonObject json) {
        add(fresh, json);
        fresh.clear();
    }

    /** Adds notes to JSON, if there are any. */
    static void add(Set<String> notes, JsonObject json) {
        if (!notes.isEmpty()) {
            JsonArray list = new JsonArray();
            notes.forEach(list::add);
            json.add("notes", list);
        }
    }
}
