package org.refract.engine.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;

/**
 * Writes one shard of an {@link ActivationStore}, batch by batch. The shard appears with {@link #commit()}, whole; closing without it leaves
 * nothing.
 */
public final class StoreWriter implements AutoCloseable {

    private static final KernelLibrary KERNELS = KernelLibrary.of(StoreWriter.class, "store.ts.py");

    private final ShardFile shard;
    private final StoreManifest manifest;
    private final SafeTensorsWriter writer;

    private StoreWriter(ShardFile shard, StoreManifest manifest, SafeTensorsWriter writer) {
        this.shard = shard;
        this.manifest = manifest;
        this.writer = writer;
    }

    /**
     * Begins a store in a folder, or joins one that is there.
     *
     * @throws RefractException if the folder holds a store of something else
     */
    public static void begin(Path folder, StoreManifest manifest) throws RefractException {
        if (!Files.exists(folder.resolve(StoreManifest.FILE))) {
            manifest.write(folder);
            return;
        }
        StoreManifest present = StoreManifest.read(folder);
        if (!present.equals(manifest)) {
            throw RefractException.usage("%s holds an activation store of %s at %s, made with other settings than %s at %s now: choose another"
                    + " folder, or delete it.", folder, present.model(), present.point(), manifest.model(), manifest.point());
        }
    }

    /** Whether a shard is already there. */
    public static boolean isComplete(Path folder, int shard) {
        return new ShardFile(folder, ActivationStore.PREFIX, shard).isComplete();
    }

    /** Begins a shard. */
    public static StoreWriter create(Path folder, StoreManifest manifest, int shard) throws RefractException {
        ShardFile file = new ShardFile(folder, ActivationStore.PREFIX, shard);
        return new StoreWriter(file, manifest, SafeTensorsWriter.create(file.tensors(), Map.of("point", manifest.point().toString()),
                List.of(SafeTensorsWriter.Declaration.of(ActivationStore.TENSOR, manifest.type(), manifest.recordingsOf(shard),
                        manifest.steps(), manifest.rows(), manifest.columns(), manifest.width()))));
    }

    /**
     * Adds recordings.
     *
     * @param update {@code (count · steps · rows · columns, width)} or any other shape with the same numbers in the same order
     * @throws RefractException if a number is not finite, or the disk is full
     */
    public void append(NDArray update) throws RefractException {
        try (NDManager step = update.getManager().newSubManager()) {
            if (Tensors.longs(KERNELS.call(step, "finite", update))[0] == 0) {
                throw RefractException.usage("%s gives numbers at %s that are not finite, so nothing can be learnt there: run the model in fp32"
                        + " or bf16 instead of fp16, and check its weights with refract inspect.", manifest.model(), manifest.point());
            }
        }
        writer.append(ActivationStore.TENSOR, update);
    }

    /** Makes the shard appear. */
    public void commit() throws RefractException {
        writer.commit();
        shard.write(manifest.recordingsOf(shard.index()));
    }

    @Override
    public void close() throws RefractException {
        writer.close();
    }
}
