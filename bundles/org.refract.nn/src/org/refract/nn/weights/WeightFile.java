package org.refract.nn.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.tensor.Scope;

/** Named tensors in a file, or in the shards of one: safetensors, or what {@code torch.save} wrote. */
public interface WeightFile extends AutoCloseable {

    /**
     * Opens a file, reading names and shapes only. What torch wrote is read without running anything in it.
     *
     * @param location a safetensors file, an index of shards of either kind, or a {@code .ckpt}, {@code .pt} or {@code .bin} file
     * @throws RefractException if there is no such file or it is damaged
     */
    static WeightFile open(Path location) throws RefractException {
        if (ShardedTorchWeights.isIndex(location)) {
            return new ShardedTorchWeights(location);
        }
        return TorchArchive.recognises(location) ? new TorchWeights(location) : new SafeTensorsWeights(location);
    }

    /** Whether a file's name is one that weights have. */
    static boolean named(Path file) {
        String name = String.valueOf(file.getFileName());
        return List.of(".safetensors", ".ckpt", ".pt", ".pth", ".bin").stream().anyMatch(name::endsWith);
    }

    /** The file or index that was opened. */
    Path location();

    /** The tensors by name, in the file's order. */
    Map<String, StoredWeight> weights();

    /** What the file says about itself. */
    Map<String, String> metadata();

    /** Bytes behind the last tensor, which belong to nothing. */
    default long bytesBehind() {
        return 0;
    }

    /**
     * Makes {@link #read} go on after this is closed, as long as {@code owner} lives, with what the file holds now.
     *
     * @return whether that is so: what is read then looks at the file itself and takes no memory until it is used
     */
    boolean stayReadable(Scope owner) throws RefractException;

    /** A tensor with the file's element type on the CPU; one that looks at a mapped file must not be written into. */
    NDArray read(String name, NDManager out) throws RefractException;

    /**
     * As {@link #read}, but what is looked at takes no memory any more when the tensor is closed; also after this is closed.
     *
     * @return empty where there is no such way, or the file changed since it was opened
     */
    Optional<NDArray> readAlone(String name, NDManager out) throws RefractException;

    /** A tensor's bytes, little-endian and row-major, until this is closed. */
    MemorySegment bytes(String name) throws RefractException;

    @Override
    void close();
}
