package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.refract.api.model.Placement;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.nn.Parameter;
import org.refract.nn.weights.Origin;
import org.refract.nn.weights.Spelling;
import org.refract.nn.weights.WeightChanges;

/** Writes the weights of a diffusers folder under sgm's names. */
final class SingleFileWriter {

    private SingleFileWriter() {
    }

    /** The tensors of a single file with the weights of a folder, float32. */
    static Map<String, NDArray> tensors(Path folder, Scope scope) throws Exception {
        ModelFiles from = DiffusersFolder.open(folder);
        SdxlParts parts = SdxlParts.read(from);
        SingleFile to = new SingleFile(folder.resolveSibling("x.safetensors"), Set.of(), parts.textEncoder().isEmpty(), Optional.empty(), false, false);
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (PartWeights weights = PartWeights.open(from, parts, Placement.DType.FP32)) {
            for (SdxlParts.Part part : parts.all()) {
                weights.fill(part, scope, WeightChanges.NONE);
                Spelling spelling = to.spelling(part.module());
                Map<String, NDArray[]> rows = new LinkedHashMap<>();
                for (Parameter parameter : part.module().parameters().toList()) {
                    Origin origin = spelling.origins().apply(parameter.path().substring(part.name().length() + 1)).getFirst();
                    NDArray plain = Tensors.of(scope.manager(), Tensors.floats(parameter.value()), parameter.shape());
                    NDArray piece = origin.transposed() ? DTypes.copy(scope.manager(), plain.transpose()) : plain;
                    rows.computeIfAbsent(origin.name(), n -> new NDArray[origin.count()])[origin.index()] = piece;
                }
                rows.forEach((name, pieces) -> tensors.put(name, pieces.length == 1 ? pieces[0]
                        : pieces[0].concat(pieces[1], 0).concat(pieces[2], 0)));
            }
        }
        return tensors;
    }

    /** Writes the file, and beside it the folder with configuration and tokenizers alone. */
    static Path write(Path folder, Path target, Scope scope) throws Exception {
        SafeTensorsWriter.write(target, Map.of(), tensors(folder, scope));
        configuration(folder, target);
        return target;
    }

    /** The configuration of a folder, without its weights, beside a single file. */
    static void configuration(Path folder, Path target) throws Exception {
        String name = target.getFileName().toString();
        Path beside = target.resolveSibling(name.substring(0, name.lastIndexOf('.')));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).filter(f -> !f.toString().endsWith(".safetensors")).toList()) {
                Path copy = beside.resolve(folder.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.write(copy, Files.readAllBytes(file));
            }
        }
    }
}
