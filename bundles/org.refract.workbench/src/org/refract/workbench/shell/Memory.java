package org.refract.workbench.shell;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.AtomicFile;
import org.refract.workbench.explore.Recent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the window remembers from one day to the next, in one small JSON file. A file that cannot be read is as none, one that cannot
 * be written costs the memory and nothing else.
 */
public final class Memory implements Recent {
    private static final Logger LOG = LoggerFactory.getLogger(Memory.class);
    private static final int FOLDERS = 10;

    private final Path file;
    private final Map<String, String> values = new TreeMap<>();
    private final List<Path> folders = new ArrayList<>();

    /** What the file holds. */
    public Memory(Path file) {
        this.file = file;
        if (Files.isRegularFile(file)) {
            try {
                read();
            } catch (RefractException e) {
                LOG.warn("{}", e.getMessage());
            }
        }
    }

    private void read() throws RefractException {
        Json json = Json.read(file);
        for (var entry : json.at("values").fields().entrySet()) {
            values.put(entry.getKey(), entry.getValue().text());
        }
        for (String folder : json.at("folders").texts()) {
            folders.add(Path.of(folder));
        }
    }

    /** A remembered value. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Remembers a value until it is saved. */
    public void put(String name, String value) {
        values.put(name, value);
    }

    /** A remembered whole number, or what stands in for it. */
    public int integer(String name, int otherwise) {
        return get(name).filter(text -> text.matches("-?\\d{1,9}")).map(Integer::parseInt).orElse(otherwise);
    }

    @Override
    public List<Path> folders() {
        return folders.stream().filter(Files::isDirectory).toList();
    }

    @Override
    public void add(Path folder) {
        folders.remove(folder);
        folders.addFirst(folder);
        while (folders.size() > FOLDERS) {
            folders.removeLast();
        }
    }

    /** Writes everything to the file. */
    public void save() {
        JsonObject json = new JsonObject();
        JsonObject kept = new JsonObject();
        values.forEach(kept::addProperty);
        JsonArray list = new JsonArray();
        folders.forEach(folder -> list.add(folder.toString()));
        json.add("values", kept);
        json.add("folders", list);
        try {
            AtomicFile.write(file, Json.text(json));
        } catch (RefractException e) {
            LOG.warn("{}", e.getMessage());
        }
    }
}
