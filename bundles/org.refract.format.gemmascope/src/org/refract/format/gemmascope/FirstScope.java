package org.refract.format.gemmascope;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.file.NpzFile;
import org.refract.engine.sae.Weights;

/**
 * The {@code params.npz} of Gemma Scope. Input and output are of one width, also of its transcoders. The SAEs of the embedding, which have a
 * {@code w_enc} and lie in {@code embedding} where others lie in {@code layer_N}, are of embeddings as they stand in the table, while the model
 * multiplies them by √width: they are read for the multiplied ones, as SAELens reads them (loading/pretrained_sae_loaders.py: {@code W_enc} /
 * √width, {@code W_dec} · √width).
 */
final class FirstScope {

    /** Of ones, in files of a while. */
    private static final String FACTOR = "scaling_factor";

    /** Folders above a file: its sparsity, its width, its layer. */
    private static final int FOLDERS = 3;

    private FirstScope() {
    }

    static Checkpoint read(Path file, NDManager owner) throws RefractException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        boolean ofEmbedding = liesWithEmbeddings(file);
        try (NpzFile npz = NpzFile.open(file); NDManager step = owner.newSubManager()) {
            for (String name : npz.arrays().keySet()) {
                ofEmbedding |= name.equals("w_enc");
                if (tensors.put(Params.plain(name), Weights.read(owner, file, name, npz.read(name, step))) != null) {
                    throw RefractException.usage("%s has '%s' twice, once in capital letters.", file, name);
                }
            }
        }
        NDArray factors = tensors.remove(FACTOR);
        if (factors != null && !Weights.areOnes(factors)) {
            throw RefractException.usage("%s has a %s that is not 1 everywhere: no Gemma Scope dictionary has one, so it may change what is computed.", file,
                    FACTOR);
        }
        var config = Params.config(file, tensors, false);
        if (!ofEmbedding) {
            return new Checkpoint(config, tensors, Optional.empty());
        }
        double root = Math.sqrt(config.width());
        tensors.put("W_enc", Weights.times(owner, tensors.get("W_enc"), 1 / root));
        tensors.put("W_dec", Weights.times(owner, tensors.get("W_dec"), root));
        return new Checkpoint(config, tensors, Optional.empty(),
                List.of("an embedding's SAE: W_enc / √width and W_dec · √width, for embeddings that the model has multiplied by √width"));
    }

    private static boolean liesWithEmbeddings(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        for (int i = 0; i < FOLDERS && folder != null && folder.getFileName() != null; i++, folder = folder.getParent()) {
            String name = folder.getFileName().toString();
            if (name.equals("embedding") || name.startsWith("layer_")) {
                return name.equals("embedding");
            }
        }
        return false;
    }
}
