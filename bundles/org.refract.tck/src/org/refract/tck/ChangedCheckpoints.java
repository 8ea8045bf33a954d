package org.refract.tck;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.RoundTrip;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/**
 * A tool's checkpoint with one thing changed by whoever knows its files: a tensor of another element type, rank or size, with NaN in it, left
 * out or added; a setting left out or of another kind. What a format believes of these must be the sound checkpoint, to the number.
 */
final class ChangedCheckpoints {

    private static final KernelLibrary KERNELS = KernelLibrary.of(ChangedCheckpoints.class, "changed.ts.py");

    private static final List<TorchType> FRACTIONS = List.of(TorchType.FLOAT64, TorchType.FLOAT16, TorchType.BFLOAT16);
    private static final List<TorchType> OTHERS = List.of(TorchType.INT64, TorchType.INT32, TorchType.UINT8, TorchType.BOOL);

    private static final List<JsonElement> ODD = List.of(JsonNull.INSTANCE, new JsonPrimitive("x"), new JsonPrimitive(-1), new JsonPrimitive(0),
            new JsonPrimitive(2.5), new JsonPrimitive(1e30), new JsonArray(), new JsonObject());

    /** How much of the sound checkpoint has to be left. */
    private enum Left {
        /** Every tensor, of the same type and with the same numbers. */
        TENSORS,
        /** What it computes. */
        FUNCTION
    }

    /** Reads the copy of the checkpoint that has the changed file. */
    interface Reading {
        Checkpoint read() throws RefractException;
    }

    private final Checkpoint sound;
    private final NDManager manager;
    private final List<String> found = new ArrayList<>();

    /** @param sound the checkpoint as it was read unchanged */
    ChangedCheckpoints(Checkpoint sound, NDManager manager) {
        this.sound = sound;
        this.manager = manager;
    }

    /**
     * Changes one file of a copy in every way and reads the copy each time.
     *
     * @param file of the copy; afterwards it is whole again
     * @return what was believed and is not the sound checkpoint, and what was answered with something else than a sentence
     */
    List<String> differences(Path file, Reading reading) throws RefractException, IOException {
        byte[] whole = Files.readAllBytes(file);
        found.clear();
        try (NDManager own = manager.newSubManager()) {
            if (file.getFileName().toString().endsWith(".json")) {
                settings(JsonParser.parseString(Files.readString(file)).getAsJsonObject(), file, reading);
            } else {
                Optional<TensorFile> tensors = TensorFile.read(file, own);
                if (tensors.isPresent()) {
                    tensors(tensors.get(), file, reading, own);
                }
            }
        }
        Files.write(file, whole);
        return List.copyOf(found);
    }

    private void settings(JsonObject json, Path file, Reading reading) throws IOException {
        for (List<String> field : fields(json)) {
            for (int i = -1; i < ODD.size(); i++) {
                JsonObject changed = json.deepCopy();
                JsonObject parent = changed;
                for (String name : field.subList(0, field.size() - 1)) {
                    parent = parent.getAsJsonObject(name);
                }
                if (i < 0) {
                    parent.remove(field.getLast());
                } else {
                    parent.add(field.getLast(), ODD.get(i));
                }
                Files.writeString(file, changed.toString());
                judge(String.join(".", field) + (i < 0 ? " left out" : " = " + ODD.get(i)), reading, Left.FUNCTION, sound);
            }
        }
    }

    private static List<List<String>> fields(JsonObject json) {
        List<List<String>> fields = new ArrayList<>();
        for (Map.Entry<String, JsonElement> field : json.entrySet()) {
            fields.add(List.of(field.getKey()));
            if (field.getValue().isJsonObject()) {
                for (List<String> inner : fields(field.getValue().getAsJsonObject())) {
                    List<String> path = new ArrayList<>(List.of(field.getKey()));
                    path.addAll(inner);
                    fields.add(path);
                }
            }
        }
        return fields;
    }

    private void tensors(TensorFile whole, Path file, Reading reading, NDManager own) throws RefractException {
        for (Map.Entry<String, NDArray> tensor : whole.tensors().entrySet()) {
            String name = tensor.getKey();
            try (NDManager step = own.newSubManager()) {
                if (DTypes.of(tensor.getValue()).isFloating()) {
                    fractions(whole, name, file, reading, step);
                }
                for (Map.Entry<String, NDArray> changed : changed(step, tensor.getValue()).entrySet()) {
                    attempt(name + " " + changed.getKey(), whole.with(name, Optional.of(changed.getValue())), file, reading, Left.TENSORS, step);
                }
                if (!name.isEmpty()) {
                    attempt(name + " left out", whole.with(name, Optional.empty()), file, reading, Left.FUNCTION, step);
                    attempt("another tensor", whole.with(name + "_2", Optional.of(tensor.getValue())), file, reading, Left.TENSORS, step);
                }
            }
        }
    }

    /** Whatever has a fraction is read as float32: exactly, or rounded as a cast rounds. */
    private void fractions(TensorFile whole, String name, Path file, Reading reading, NDManager step) throws RefractException {
        NDArray tensor = whole.tensors().get(name);
        for (TorchType type : FRACTIONS) {
            if (whole.kind() == TensorFile.Kind.NPZ && type == TorchType.BFLOAT16) {
                continue;
            }
            NDArray other = DTypes.cast(step, tensor, type);
            whole.with(name, Optional.of(DTypes.cast(step, other, TorchType.FLOAT32))).write(file, step);
            Checkpoint expected = reading.read();
            attempt(name + " of " + type, whole.with(name, Optional.of(other)), file, reading, Left.TENSORS, expected, step);
        }
        for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            attempt(name + " with " + number, whole.with(name, Optional.of(KERNELS.call(step, "spoilt", tensor, number))), file, reading, Left.FUNCTION, step);
        }
    }

    private static Map<String, NDArray> changed(NDManager step, NDArray tensor) {
        Map<String, NDArray> changed = new LinkedHashMap<>();
        TorchType own = DTypes.of(tensor);
        for (TorchType type : own.isFloating() ? OTHERS : List.of(TorchType.FLOAT32, TorchType.BOOL)) {
            changed.put("of " + type, DTypes.cast(step, tensor, type));
        }
        long[] shape = tensor.getShape().getShape();
        long[] more = new long[shape.length + 1];
        more[0] = 1;
        System.arraycopy(shape, 0, more, 1, shape.length);
        changed.put("with a dimension more", KERNELS.call(step, "reshaped", tensor, more));
        if (shape.length > 0) {
            changed.put("shorter", KERNELS.call(step, "shorter", tensor));
            changed.put("emptied", KERNELS.call(step, "emptied", tensor));
        }
        if (shape.length == 2) {
            changed.put("flat", KERNELS.call(step, "reshaped", tensor, new long[] {-1}));
            if (shape[0] != shape[1]) {
                changed.put("transposed", KERNELS.call(step, "transposed", tensor));
            }
        }
        return changed;
    }

    private void attempt(String what, TensorFile changed, Path file, Reading reading, Left left, NDManager step) throws RefractException {
        attempt(what, changed, file, reading, left, sound, step);
    }

    private void attempt(String what, TensorFile changed, Path file, Reading reading, Left left, Checkpoint expected, NDManager step)
            throws RefractException {
        changed.write(file, step);
        judge(what, reading, left, expected);
    }

    private void judge(String what, Reading reading, Left left, Checkpoint expected) {
        List<Checkpoint> read = new ArrayList<>();
        FormatCheck.Answer answer = FormatCheck.answered(() -> read.add(reading.read()));
        if (!answer.isSentence()) {
            found.add(what + ": " + answer.text());
        } else if (answer.accepted()) {
            FormatCheck.Answer same = FormatCheck.answered(() -> {
                if (!(left == Left.TENSORS ? sameTensors(read.get(0), expected) : RoundTrip.difference(read.get(0), expected, manager) == 0)) {
                    throw RefractException.failure("believed");
                }
            });
            if (!same.accepted()) {
                found.add(what + ": " + same.text());
            }
        }
    }

    private static boolean sameTensors(Checkpoint read, Checkpoint expected) {
        return read.tensors().keySet().equals(expected.tensors().keySet()) && read.tensors().entrySet().stream().allMatch(tensor -> {
            NDArray other = expected.tensors().get(tensor.getKey());
            return DTypes.of(tensor.getValue()) == DTypes.of(other) && tensor.getValue().getShape().equals(other.getShape())
                    && Arrays.equals(Tensors.doubles(tensor.getValue()), Tensors.doubles(other));
        });
    }
}
