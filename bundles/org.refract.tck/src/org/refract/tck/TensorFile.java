package org.refract.tck;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.file.NpzFile;
import org.refract.engine.file.NpzWriter;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.file.TorchArchiveWriter;
import org.refract.engine.tensor.DTypes;

/**
 * What a safetensors, npz or torch file holds, to be written again with something changed.
 *
 * @param kind    how it is written
 * @param entries tensors, and a torch file's other values, by name; a bare tensor's is empty
 */
record TensorFile(Kind kind, Map<String, Object> entries) {

    enum Kind { SAFETENSORS, NPZ, TORCH }

    /** Reads a file, if it is one of these. */
    static Optional<TensorFile> read(Path file, NDManager owner) throws RefractException {
        String name = file.getFileName().toString();
        Map<String, Object> entries = new LinkedHashMap<>();
        if (name.endsWith(".safetensors")) {
            try (SafeTensors tensors = SafeTensors.open(file); NDManager step = owner.newSubManager()) {
                for (String tensor : tensors.names()) {
                    entries.put(tensor, DTypes.copy(owner, tensors.read(tensor, step)));
                }
            }
            return Optional.of(new TensorFile(Kind.SAFETENSORS, entries));
        }
        if (name.endsWith(".npz")) {
            try (NpzFile npz = NpzFile.open(file)) {
                for (String tensor : npz.arrays().keySet()) {
                    entries.put(tensor, npz.read(tensor, owner));
                }
            }
            return Optional.of(new TensorFile(Kind.NPZ, entries));
        }
        if (TorchArchive.recognises(file)) {
            try (TorchArchive archive = TorchArchive.open(file)) {
                for (String tensor : archive.tensors().keySet()) {
                    entries.put(tensor, archive.read(tensor, owner));
                }
                entries.putAll(archive.values());
            }
            return Optional.of(new TensorFile(Kind.TORCH, entries));
        }
        return Optional.empty();
    }

    /** The same file with one entry replaced, or without it. */
    TensorFile with(String name, Optional<NDArray> tensor) {
        Map<String, Object> changed = new LinkedHashMap<>(entries);
        tensor.ifPresentOrElse(t -> changed.put(name, t), () -> changed.remove(name));
        return new TensorFile(kind, changed);
    }

    /** The tensors among the entries. */
    Map<String, NDArray> tensors() {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        entries.forEach((name, entry) -> {
            if (entry instanceof NDArray tensor) {
                tensors.put(name, tensor);
            }
        });
        return tensors;
    }

    void write(Path file, NDManager manager) throws RefractException {
        switch (kind) {
            case SAFETENSORS -> SafeTensorsWriter.write(file, Map.of(), tensors());
            case NPZ -> NpzWriter.write(file, tensors());
            case TORCH -> TorchArchiveWriter.write(file, entries.containsKey("") ? entries.get("") : entries, manager);
        }
    }
}
