package org.refract.nn.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;
import org.refract.nn.Parameter;

/** The weights of a part, each found in a file. */
public final class FoundWeights {

    /** Small enough to stay in a processor's cache between two looks at it. */
    private static final long PIECE = 1L << 18;

    private static final KernelLibrary KERNELS = KernelLibrary.of(FoundWeights.class, "weights.ts.py");

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
    private MemorySegment bytes(Parameter parameter) throws RefractException {
        Origin origin = origins.get(parameter);
        MemorySegment all = file.bytes(origin.name());
        MemorySegment own = all.asSlice(all.byteSize() / origin.count() * origin.index(), all.byteSize() / origin.count());
        return origin.transposed() ? transposed(own, parameter.shape()) : own;
    }

    /**
     * Gives a weight's bytes to a hash, and looks at every one of them on the way.
     *
     * @throws RefractException if the weight is not a number somewhere
     */
    public void digest(Parameter parameter, MessageDigest digest) throws RefractException {
        MemorySegment bytes = bytes(parameter);
        StoredWeight stored = stored(origins.get(parameter));
        Optional<TorchType> type = TorchType.ofSafetensors(stored.dtype());
        for (long from = 0; from < bytes.byteSize(); from += PIECE) {
            MemorySegment piece = bytes.asSlice(from, Math.min(PIECE, bytes.byteSize() - from));
            if (type.isPresent() && !FiniteBits.all(type.get(), piece)) {
                throw notANumber(origins.get(parameter));
            }
            digest.update(piece.asByteBuffer());
        }
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
     * Fills the weights. One that has to be converted, moved or laid out anew comes from its mapped file when it is first needed: a model
     * opens at once, and what a run never touches, such as the VAE's encoder, takes no memory. What cannot be read then is a
     * {@link WeightFailure}.
     *
     * @param owner   keeps them, in its placement's element type and on its device
     * @param changes what is added to them
     * @throws RefractException if a changed weight is not a number, or a file cannot be read
     */
    public void fill(Scope owner, WeightChanges changes) throws RefractException {
        boolean readable = file.stayReadable(owner);
        for (var entry : origins.entrySet()) {
            Parameter parameter = entry.getKey();
            Origin origin = entry.getValue();
            if (readable && !changes.touch(parameter) && type(origin).isPresent()) {
                parameter.fillLater(() -> weight(origin, parameter, owner));
            } else {
                fillNow(origin, parameter, owner, changes);
            }
        }
    }

    private void fillNow(Origin origin, Parameter parameter, Scope owner, WeightChanges changes) throws RefractException {
        try (Scope step = owner.child()) {
            NDArray weight = read(origin, parameter, step);
            NDArray changed = changes.changed(parameter, weight, step);
            if (changed != weight && Tensors.longs(KERNELS.call(step, "is_finite", changed))[0] == 0) {
                throw notANumber(origin);
            }
            parameter.fill(step.promote(placed(changed, parameter, owner, step), owner));
        }
    }

    /** A weight as the network wants it, after the file was closed. What had to be read for one that is converted takes no memory afterwards. */
    private NDArray weight(Origin origin, Parameter parameter, Scope owner) {
        boolean stays = !parameter.isConvolution() && type(origin).equals(Optional.of(TorchType.of(owner.placement())));
        try (Scope step = owner.child()) {
            Optional<NDArray> alone = stays ? Optional.empty() : file.readAlone(origin.name(), step.manager());
            NDArray whole = alone.isPresent() ? alone.get() : file.read(origin.name(), step.manager());
            boolean asItIs = stays && owner.placement().device().equals("cpu") && stored(origin).shape().equals(new Shape(parameter.shape()));
            return asItIs && !origin.transposed() ? step.promote(whole, owner) : placed(cut(whole, origin, parameter, step), parameter, owner, owner);
        } catch (RefractException e) {
            throw new WeightFailure(e);
        }
    }

    private static NDArray placed(NDArray weight, Parameter parameter, Scope owner, Scope out) {
        return KERNELS.call(out, "placed", weight, TorchType.of(owner.placement()).number(), owner.placement().device(), parameter.isConvolution());
    }

    /** As the file has it, in the tree's shape. */
    private NDArray read(Origin origin, Parameter parameter, Scope step) throws RefractException {
        return cut(file.read(origin.name(), step.manager()), origin, parameter, step);
    }

    private static NDArray cut(NDArray whole, Origin origin, Parameter parameter, Scope step) {
        return KERNELS.call(step, "cut", whole, origin.index(), origin.count(), origin.transposed(), parameter.shape());
    }

    private RefractException notANumber(Origin origin) {
        return RefractException.usage("%s is damaged, or what is added to it is: the weight '%s' holds values that are not numbers; download it again.",
                stored(origin).file(), origin.name());
    }

    private Optional<TorchType> type(Origin origin) {
        return TorchType.ofSafetensors(stored(origin).dtype());
    }

    private StoredWeight stored(Origin origin) {
        return file.weights().get(origin.name());
    }
}
