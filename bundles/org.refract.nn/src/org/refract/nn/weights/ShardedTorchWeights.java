package org.refract.nn.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.Enclosed;
import org.refract.engine.tensor.Scope;

/** Several files that {@code torch.save} wrote, tied together by an index ({@code pytorch_model.bin.index.json}). */
final class ShardedTorchWeights implements WeightFile {

    private static final Pattern INDEX = Pattern.compile(".*\\.bin\\.index(\\.\\w+)?\\.json|.*\\.bin\\.\\w+\\.index\\.json");

    private final Path location;
    private final Map<String, TorchWeights> shards = new LinkedHashMap<>();
    private final Map<String, TorchWeights> holders = new LinkedHashMap<>();
    private final Map<String, StoredWeight> weights = new LinkedHashMap<>();

    ShardedTorchWeights(Path index) throws RefractException {
        location = index;
        try {
            for (Map.Entry<String, Json> entry : Json.read(index).at("weight_map").fields().entrySet()) {
                Path file = Enclosed.file(index.toAbsolutePath().getParent(), entry.getValue(), "");
                TorchWeights shard = shards.get(file.toString());
                if (shard == null) {
                    if (!Files.isRegularFile(file)) {
                        throw RefractException.usage("%s is incomplete: the file %s that it names is missing.", index, file);
                    }
                    shard = new TorchWeights(file);
                    shards.put(file.toString(), shard);
                }
                StoredWeight weight = shard.weights().get(entry.getKey());
                if (weight == null) {
                    throw RefractException.usage("%s says that %s holds tensor '%s', which it does not.", index, file, entry.getKey());
                }
                weights.put(entry.getKey(), weight);
                holders.put(entry.getKey(), shard);
            }
        } catch (RefractException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Whether a file is such an index, by its name. */
    static boolean isIndex(Path file) {
        return INDEX.matcher(file.getFileName().toString()).matches();
    }

    @Override
    public Path location() {
        return location;
    }

    @Override
    public Map<String, StoredWeight> weights() {
        return weights;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public boolean stayReadable(Scope owner) {
        return false;
    }

    @Override
    public NDArray read(String name, NDManager out) throws RefractException {
        return holders.get(name).read(name, out);
    }

    @Override
    public Optional<NDArray> readAlone(String name, NDManager out) {
        return Optional.empty();
    }

    @Override
    public MemorySegment bytes(String name) throws RefractException {
        return holders.get(name).bytes(name);
    }

    @Override
    public void close() {
        shards.values().forEach(TorchWeights::close);
    }
}
