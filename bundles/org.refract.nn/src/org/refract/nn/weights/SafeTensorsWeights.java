package org.refract.nn.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;

/** A safetensors file or the shards of one, mapped: reading copies nothing. */
final class SafeTensorsWeights implements WeightFile {

    private final SafeTensors file;
    private final Map<String, StoredWeight> weights = new LinkedHashMap<>();

    SafeTensorsWeights(Path location) throws RefractException {
        file = SafeTensors.open(location);
        file.tensors().values().forEach(t -> weights.put(t.name(), new StoredWeight(t.name(), t.dtype(), t.shape(), t.file())));
    }

    @Override
    public Path location() {
        return file.location();
    }

    @Override
    public Map<String, StoredWeight> weights() {
        return weights;
    }

    @Override
    public Map<String, String> metadata() {
        return file.metadata();
    }

    @Override
    public long bytesBehind() {
        return file.bytesBehind();
    }

    @Override
    public boolean stayReadable(Scope owner) throws RefractException {
        file.stayReadable(owner);
        return true;
    }

    @Override
    public NDArray read(String name, NDManager out) throws RefractException {
        return file.read(name, out);
    }

    @Override
    public Optional<NDArray> readAlone(String name, NDManager out) throws RefractException {
        return file.readAlone(name, out);
    }

    @Override
    public MemorySegment bytes(String name) throws RefractException {
        return file.bytes(name);
    }

    @Override
    public void close() {
        file.close();
    }
}
