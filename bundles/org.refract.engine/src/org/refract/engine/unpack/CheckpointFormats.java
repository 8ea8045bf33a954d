package org.refract.engine.unpack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.NpzFile;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.TorchArchive;

/** Finds out whose checkpoint a file or folder is. */
public final class CheckpointFormats {

    /** Names that a sentence lists. */
    private static final int SHOWN = 12;

    private CheckpointFormats() {
    }

    /**
     * The format of a checkpoint.
     *
     * @param from its name, or empty to find it out
     * @throws RefractException if there is none of that name, or nobody or more than one knows the checkpoint: what it holds
     */
    public static Lease<CheckpointFormat> of(Extensions extensions, Path checkpoint, Optional<String> from) throws RefractException {
        if (from.isPresent()) {
            return extensions.lease(CheckpointFormat.class, from.get());
        }
        Optional<Lease<CheckpointFormat>> found = find(extensions, checkpoint);
        if (found.isEmpty()) {
            throw RefractException.usage("%s is no dictionary of a format that is known here (%s): %s.", checkpoint,
                    String.join(", ", extensions.ids(CheckpointFormat.class)), holds(checkpoint));
        }
        return found.get();
    }

    /**
     * The format that knows a checkpoint, if one does.
     *
     * @throws RefractException if more than one does
     */
    public static Optional<Lease<CheckpointFormat>> find(Extensions extensions, Path checkpoint) throws RefractException {
        List<Lease<CheckpointFormat>> found = extensions.knowing(CheckpointFormat.class, f -> f.recognises(checkpoint));
        if (found.size() > 1) {
            throw RefractException.usage("%s may be of several formats: choose one with --from (%s).", checkpoint,
                    found.stream().map(Lease::id).collect(Collectors.joining(", ")));
        }
        return found.stream().findFirst();
    }

    /**
     * What there is in a file or folder, in a few words.
     *
     * @throws RefractException if it is a damaged file of tensors: what is wrong with it
     */
    public static String holds(Path location) throws RefractException {
        if (!Files.exists(location)) {
            return "there is no such file";
        }
        if (Files.isDirectory(location)) {
            try (Stream<Path> inside = Files.list(location)) {
                return "it holds " + shown(inside.map(p -> p.getFileName().toString()).sorted().toList());
            } catch (IOException e) {
                throw FileFailure.reading(location, e);
            }
        }
        String name = location.getFileName().toString();
        if (name.endsWith(".safetensors")) {
            try (SafeTensors tensors = SafeTensors.open(location)) {
                return "its tensors are " + shown(tensors.names());
            }
        }
        if (name.endsWith(".npz")) {
            try (NpzFile arrays = NpzFile.open(location)) {
                return "its arrays are " + shown(arrays.arrays().keySet());
            }
        }
        if (TorchArchive.recognises(location)) {
            try (TorchArchive archive = TorchArchive.open(location)) {
                return "its tensors are " + shown(archive.tensors().keySet());
            }
        }
        return "it is no file of tensors";
    }

    private static String shown(Collection<String> names) {
        String listed = names.stream().limit(SHOWN).map(name -> name.isEmpty() ? "one without a name" : name).collect(Collectors.joining(", "));
        return names.isEmpty() ? "nothing" : names.size() > SHOWN ? listed + " and %d more".formatted(names.size() - SHOWN) : listed;
    }
}
