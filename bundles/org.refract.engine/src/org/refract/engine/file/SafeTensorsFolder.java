package org.refract.engine.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.json.Json;

/** Finds the safetensors file of a folder, and opens files that an index ties together. */
final class SafeTensorsFolder {

    /** The names that model libraries use, in the order of preference. */
    private static final List<String> USUAL =
            List.of(
                    "diffusion_pytorch_model.safetensors",
                    "model.safetensors",
                    "diffusion_pytorch_model.safetensors.index.json",
                    "model.safetensors.index.json");

    private SafeTensorsFolder() {
    }

    /** The file or index to open for a folder. */
    static Path choose(Path folder) throws RefractException {
        for (String name : USUAL) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        List<Path> indices = ending(folder, ".safetensors.index.json");
        List<Path> files = ending(folder, ".safetensors");
        if (indices.size() == 1) {
            return indices.getFirst();
        }
        if (files.size() == 1) {
            return files.getFirst();
        }
        throw files.isEmpty()
                ? RefractException.usage("Folder %s holds no .safetensors file.", folder)
                : RefractException.usage("Folder %s holds %d .safetensors files and no index: name the one you mean.", folder, files.size());
    }

    /** Opens the files of an index. */
    static SafeTensors open(Path index) throws RefractException {
        Json json = Json.read(index);
        Map<String, Map<String, TensorInfo>> files = new LinkedHashMap<>();
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, Json> entry : json.at("weight_map").fields().entrySet()) {
            String file = entry.getValue().text();
            Map<String, TensorInfo> shard = files.get(file);
            if (shard == null) {
                Path path = Enclosed.file(index.toAbsolutePath().getParent(), entry.getValue(), "");
                if (!Files.isRegularFile(path)) {
                    throw RefractException.usage("%s is incomplete: the file %s that it names is missing.", index, path);
                }
                shard = SafeTensors.header(path).tensors();
                files.put(file, shard);
            }
            TensorInfo tensor = shard.get(entry.getKey());
            if (tensor == null) {
                throw RefractException.usage("%s says that %s holds tensor '%s', which it does not.", index, file, entry.getKey());
            }
            tensors.put(entry.getKey(), tensor);
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        if (json.has("metadata")) {
            for (Map.Entry<String, Json> entry : json.at("metadata").fields().entrySet()) {
                metadata.put(entry.getKey(), entry.getValue().isText() ? entry.getValue().text() : entry.getValue().element().toString());
            }
        }
        return SafeTensors.of(index, tensors, metadata);
    }

    private static List<Path> ending(Path folder, String end) throws RefractException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().endsWith(end)).sorted().toList();
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }
}
