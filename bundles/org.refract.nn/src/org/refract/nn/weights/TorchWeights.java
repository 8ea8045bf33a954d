package org.refract.nn.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** What {@code torch.save} wrote; the names of a training checkpoint are those inside its {@code state_dict}. */
final class TorchWeights implements WeightFile {

    private static final String STATE = "state_dict.";

    private final TorchArchive archive;
    private final String prefix;
    private final Map<String, StoredWeight> weights = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    TorchWeights(Path location) throws RefractException {
        archive = TorchArchive.open(location);
        prefix = archive.tensors().keySet().stream().anyMatch(n -> n.startsWith(STATE)) ? STATE : "";
        archive.tensors().forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                String own = name.substring(prefix.length());
                weights.put(own, new StoredWeight(own, tensor.type().safetensors(), tensor.shape(), location));
            }
        });
        archive.values().forEach((name, value) -> metadata.put(name, value.toString()));
    }

    @Override
    public Path location() {
        return archive.file();
    }

    @Override
    public Map<String, StoredWeight> weights() {
        return weights;
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public boolean stayReadable(Scope owner) {
        return false;
    }

    @Override
    public NDArray read(String name, NDManager out) throws RefractException {
        return archive.read(prefix + name, out);
    }

    @Override
    public Optional<NDArray> readAlone(String name, NDManager out) {
        return Optional.empty();
    }

    @Override
    public MemorySegment bytes(String name) throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            ByteBuffer raw = Tensors.raw(read(name, scope.manager()));
            byte[] bytes = new byte[raw.remaining()];
            raw.get(bytes);
            return MemorySegment.ofArray(bytes);
        }
    }

    @Override
    public void close() {
        try {
            archive.close();
        } catch (RefractException e) {
            throw new WeightFailure(e);
        }
    }
}
