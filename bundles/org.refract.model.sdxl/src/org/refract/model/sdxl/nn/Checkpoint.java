package org.refract.model.sdxl.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.TensorInfo;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.nn.Spelling.Names;

/** The safetensors file, or the shards, of one part of a model, matched with what the part's module tree declares. */
public final class Checkpoint implements AutoCloseable {

    private static final List<String> FILES = List.of("diffusion_pytorch_model.safetensors", "model.safetensors",
            "diffusion_pytorch_model.safetensors.index.json", "model.safetensors.index.json",
            "diffusion_pytorch_model.fp16.safetensors", "model.fp16.safetensors",
            "diffusion_pytorch_model.safetensors.index.fp16.json", "model.safetensors.index.fp16.json");
    private static final int NAMED = 3;

    private final SafeTensors file;

    private Checkpoint(SafeTensors file) {
        this.file = file;
    }

    /** Opens the weights in a part's folder: plain before {@code .fp16}, one file before shards. */
    public static Checkpoint open(Path folder) throws RefractException {
        return new Checkpoint(SafeTensors.open(find(folder)));
    }

    private static Path find(Path folder) throws RefractException {
        Optional<Path> usual = FILES.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
        if (usual.isPresent()) {
            return usual.get();
        }
        List<Path> any;
        try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            any = files.filter(f -> f.toString().endsWith(".safetensors")).toList();
        } catch (IOException e) {
            throw RefractException.usage("%s cannot be read (%s); check its permissions.", folder, e.getMessage());
        }
        if (any.size() != 1) {
            throw RefractException.usage("%s holds %s; it should hold %s, or the .fp16 variant or the index of its shards.", folder,
                    any.isEmpty() ? "no weights" : any.size() + " safetensors files with unusual names", String.join(" or ", FILES.subList(0, 2)));
        }
        return any.getFirst();
    }

    /** The tensors as the file describes them. */
    public Map<String, TensorInfo> tensors() {
        return file.tensors();
    }

    /** A tensor's bytes as they stand in the file, until this is closed. */
    public MemorySegment bytes(TensorInfo tensor) throws RefractException {
        return file.bytes(tensor.name());
    }

    /** The files that hold the tensors. */
    public List<Path> files() {
        return file.tensors().values().stream().map(TensorInfo::file).distinct().sorted().toList();
    }

    /**
     * Compares names and shapes with what a module declares, reading no weights.
     *
     * @return the file's name of each parameter
     * @throws RefractException with what is missing, what has another shape, or what is left over
     */
    public Map<Parameter, TensorInfo> match(Module module, Spelling spelling) throws RefractException {
        Names names = spelling.read(file.names());
        Map<Parameter, TensorInfo> found = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        for (Parameter parameter : module.parameters().toList()) {
            String own = parameter.path().substring(module.path().length() + 1);
            Optional<String> name = names.take(own);
            if (name.isEmpty()) {
                missing.add(own);
                continue;
            }
            TensorInfo info = file.info(name.get());
            if (!same(info.shape().getShape(), parameter.shape())) {
                misshapen.add("%s is %s and should be %s".formatted(own, info.shape(), Arrays.toString(parameter.shape())));
            }
            found.put(parameter, info);
        }
        refuse(missing, "lacks %d of the weights that its config.json asks for: %s", "download it again");
        refuse(misshapen, "has %d weights of another shape than its config.json asks for: %s", "config.json or weights are another model's");
        refuse(names.left(), "has %d weights that its config.json knows nothing of: %s", "config.json or weights are another model's");
        return found;
    }

    /** The linear and the 1x1 convolutional form of a weight hold the same numbers. */
    private static boolean same(long[] there, long[] wanted) {
        return Arrays.equals(there, wanted)
                || there.length == 4 && wanted.length == 2 && there[0] == wanted[0] && there[1] == wanted[1] && there[2] * there[3] == 1;
    }

    private void refuse(List<String> wrong, String sentence, String remedy) throws RefractException {
        if (!wrong.isEmpty()) {
            String some = String.join(", ", wrong.subList(0, Math.min(NAMED, wrong.size()))) + (wrong.size() > NAMED ? " ..." : "");
            throw RefractException.usage("%s " + sentence + "; %s.", file.location(), wrong.size(), some, remedy);
        }
    }

    /**
     * Fills a module's weights.
     *
     * @param owner keeps the weights, in its placement's dtype and on its device
     * @throws RefractException if the file does not fit the module, or a weight is not finite where it was looked at
     */
    public void fill(Module module, Spelling spelling, Scope owner) throws RefractException {
        Map<Parameter, TensorInfo> found = match(module, spelling);
        for (var entry : found.entrySet()) {
            NDArray read = file.read(entry.getValue().name(), owner);
            entry.getKey().fill(arranged(owner.manager(), entry.getKey(), read));
        }
        checkFinite(found);
    }

    /** Convolution kernels are kept with their channels innermost, as the maps are. */
    private static NDArray arranged(NDManager owner, Parameter parameter, NDArray read) {
        NDArray shaped = read;
        if (read.getShape().dimension() != parameter.shape().length) {
            shaped = Forward.LAYERS.call(owner, "shaped", read, parameter.shape());
        }
        if (!parameter.isConvolution()) {
            return shaped;
        }
        try (NDArray plain = shaped) {
            return Forward.LAYERS.call(owner, "channels_last", plain);
        }
    }

    /** Looks at the first values of every weight; a damaged download or a broken conversion shows there. */
    private void checkFinite(Map<Parameter, TensorInfo> found) throws RefractException {
        List<Parameter> parameters = List.copyOf(found.keySet());
        List<NDArray> weights = parameters.stream().map(Parameter::value).toList();
        try (NDManager step = weights.getFirst().getManager().newSubManager()) {
            long first = Tensors.longs(Forward.LAYERS.call(step, "first_not_finite", weights))[0];
            if (first >= 0) {
                throw RefractException.usage("%s is damaged: the weight '%s' holds values that are not numbers; download it again.",
                        found.get(parameters.get((int) first)).file(), found.get(parameters.get((int) first)).name());
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
