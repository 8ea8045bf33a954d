package org.refract.format.refract;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.file.Sha256;

/**
 * Refract's own checkpoint: a folder with {@code sae.safetensors}, the weights by the variant's names, and {@code sae.json}, the sidecar
 * with shape, settings, provenance and the weights' length and SHA-256. The sidecar is written last, so a folder without it is no
 * checkpoint; other files in the folder are left alone.
 */
@Component
public final class RefractFormat implements CheckpointFormat {

    static final String WEIGHTS = "sae.safetensors";

    @Override
    public String id() {
        return "refract";
    }

    @Override
    public boolean recognises(Path location) {
        return Files.isRegularFile(location.resolve(Sidecar.FILE)) && Files.isRegularFile(location.resolve(WEIGHTS));
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        if (!Files.isDirectory(location)) {
            throw RefractException.usage("%s is no folder with %s and %s, which a Refract dictionary is.", location, WEIGHTS, Sidecar.FILE);
        }
        Sidecar sidecar = Sidecar.read(location);
        Path weights = location.resolve(WEIGHTS);
        try {
            if (Files.size(weights) != sidecar.bytes() || !Sha256.of(weights).equals(sidecar.sha256())) {
                throw RefractException.usage("%s is not the file that %s describes: it is damaged or belongs to another dictionary; get both"
                        + " again.", weights, Sidecar.FILE);
            }
        } catch (IOException e) {
            throw FileFailure.reading(weights, e);
        }
        try (SafeTensors file = SafeTensors.open(weights)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : file.names()) {
                tensors.put(name, file.read(name, owner));
            }
            return new Checkpoint(sidecar.config(), tensors, sidecar.provenance());
        }
    }

    @Override
    public void write(Checkpoint checkpoint, Path location) throws RefractException {
        try (AtomicFolder folder = AtomicFolder.create(location)) {
            Path weights = folder.path().resolve(WEIGHTS);
            SafeTensorsWriter.write(weights, Map.of("format", "refract-sae", "variant", checkpoint.config().variant()), checkpoint.tensors());
            Sidecar sidecar = new Sidecar(checkpoint.config(), checkpoint.provenance(), Files.size(weights), Sha256.of(weights));
            AtomicFile.write(folder.path().resolve(Sidecar.FILE), sidecar.text());
            folder.commit();
        } catch (IOException e) {
            throw FileFailure.writing(location, e);
        }
    }
}
