package org.refract.model.sdxl.weights;

import ai.djl.ndarray.NDArray;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;
import org.refract.model.sdxl.nn.Parameter;

/** The weights of a part, each found in a file. */
public final class FoundWeights {

    static final KernelLibrary KERNELS = KernelLibrary.of(FoundWeights.class, "weights.ts.py");

    private final WeightFile file;
    private final Map<Parameter, Origin> origins;

    FoundWeights(WeightFile file, Map<Parameter, Origin> origins) {
        this.file = file;
        this.origins = origins;
    }

    /** Where each weight lies. */
    public Map<Parameter, Origin> origins() {
        return origins;
    }

    /** The files that hold them. */
    public List<Path> files() {
        return origins.values().stream().map(o -> stored(o).file()).distinct().sorted().toList();
    }

    /** The file's element type of a weight. */
    public String dtype(Parameter parameter) {
        return stored(origins.get(parameter)).dtype();
    }

    /** A weight's bytes in the file's element type, row-major in the tree's shape, until the file is closed. */
    public MemorySegment bytes(Parameter parameter) throws RefractException {
        Origin origin = origins.get(parameter);
        MemorySegment all = file.bytes(origin.name());
        MemorySegment own = all.asSlice(all.byteSize() / origin.count() * origin.index(), all.byteSize() / origin.count());
        return origin.transposed() ? transposed(own, parameter.shape()) : own;
    }

    private static MemorySegment transposed(MemorySegment bytes, long[] shape) {
        int rows = (int) shape[0];
        int columns = (int) shape[1];
        int size = (int) (bytes.byteSize() / rows / columns);
        MemorySegment turned = MemorySegment.ofArray(new byte[rows * columns * size]);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                MemorySegment.copy(bytes, ((long) column * rows + row) * size, turned, ((long) row * columns + column) * size, size);
            }
        }
        return turned;
    }

    /**
     * Fills the weights.
     *
     * @param owner   keeps them, in its placement's element type and on its device
     * @param changes what is added to them
     * @throws RefractException if a weight is not a number, or a file cannot be read
     */
    public void fill(Scope owner, WeightChanges changes) throws RefractException {
        for (var entry : origins.entrySet()) {
            Parameter parameter = entry.getKey();
            try (Scope step = owner.child()) {
                NDArray weight = changes.changed(parameter, read(entry.getValue(), parameter, step), step);
                NDArray placed = KERNELS.call(step, "placed", weight, TorchType.of(owner.placement()).number(), owner.placement().device(),
                        parameter.isConvolution());
                checkFinite(entry.getValue(), placed, step);
                parameter.fill(step.promote(placed, owner));
            }
        }
    }

    /** As the file has it, in the tree's shape. */
    private NDArray read(Origin origin, Parameter parameter, Scope step) throws RefractException {
        NDArray whole = file.read(origin.name(), step.manager());
        return KERNELS.call(step, "cut", whole, origin.index(), origin.count(), origin.transposed(), parameter.shape());
    }

    private void checkFinite(Origin origin, NDArray placed, Scope step) throws RefractException {
        if (Tensors.longs(KERNELS.call(step, "is_finite", placed))[0] == 0) {
            throw RefractException.usage("%s is damaged: the weight '%s' holds values that are not numbers; download it again.",
                    stored(origin).file(), origin.name());
        }
    }

    private StoredWeight stored(Origin origin) {
        return file.weights().get(origin.name());
    }
}
