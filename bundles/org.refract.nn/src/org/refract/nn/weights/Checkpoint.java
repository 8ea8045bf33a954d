package org.refract.nn.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.engine.tensor.Scope;
import org.refract.nn.Module;
import org.refract.nn.Parameter;

/** The file, or the shards, with the weights of one part of a model, matched with what the part's module tree declares. */
public final class Checkpoint implements AutoCloseable {

    private static final List<String> STEMS = List.of("diffusion_pytorch_model", "model");
    private static final List<String> TORCH_STEMS = List.of("diffusion_pytorch_model", "pytorch_model", "model");
    private static final int NAMED = 3;

    private final WeightFile file;
    private final String asks;

    private Checkpoint(WeightFile file, String asks) {
        this.file = file;
        this.asks = asks;
    }

    /** Whether a part's folder holds weights. */
    public static boolean isIn(Path folder) {
        return !ending(folder, List.of(".safetensors", ".bin", ".pt", ".pth", ".ckpt")).isEmpty();
    }

    /** Opens the weights in a part's folder: plain before {@code .fp16}, one file before shards. */
    public static Checkpoint open(Path folder) throws RefractException {
        return open(folder, List.of("", "fp16"));
    }

    /**
     * Opens the weights in a part's folder.
     *
     * @param variants diffusers' names of variants, the one that is wanted most first; {@code ""} is the plain one
     */
    public static Checkpoint open(Path folder, List<String> variants) throws RefractException {
        return of(WeightFile.open(find(folder, variants)), "its config.json");
    }

    /**
     * Weights in an open file.
     *
     * @param asks who says which weights there should be, for sentences: "its config.json"
     */
    public static Checkpoint of(WeightFile file, String asks) {
        return new Checkpoint(file, asks);
    }

    private static Path find(Path folder, List<String> variants) throws RefractException {
        return usual(folder, variants, STEMS, "safetensors")
                .or(() -> only(folder, List.of(".safetensors")))
                .or(() -> usual(folder, variants, TORCH_STEMS, "bin"))
                .or(() -> only(folder, List.of(".bin", ".pt", ".pth", ".ckpt")))
                .orElseThrow(() -> Files.isDirectory(folder) && !Files.isReadable(folder)
                        ? RefractException.usage("%s cannot be read; check its permissions.", folder)
                        : RefractException.usage("%s holds %s; it should hold %s, or the .fp16 variant or the index of its shards.", folder,
                        ending(folder, List.of(".safetensors", ".bin")).isEmpty() ? "no weights" : "several files of weights with unusual names",
                        String.join(" or ", STEMS.stream().map(stem -> stem + ".safetensors").toList())));
    }

    /** The file that libraries write, or the index of its shards, of the first variant that is there. */
    private static Optional<Path> usual(Path folder, List<String> variants, List<String> stems, String kind) {
        for (String variant : variants) {
            String dot = variant.isEmpty() ? "" : "." + variant;
            for (String ending : List.of(dot + "." + kind, "." + kind + ".index" + dot + ".json", "." + kind + dot + ".index.json", dot + "." + kind + ".index.json")) {
                Optional<Path> file = stems.stream().map(stem -> folder.resolve(stem + ending)).filter(Files::isRegularFile).findFirst();
                if (file.isPresent()) {
                    return file;
                }
            }
        }
        return Optional.empty();
    }

    /** The only file of a kind. */
    private static Optional<Path> only(Path folder, List<String> endings) {
        List<Path> any = ending(folder, endings);
        return any.size() == 1 ? Optional.of(any.getFirst()) : Optional.empty();
    }

    private static List<Path> ending(Path folder, List<String> endings) {
        try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            return files.filter(f -> endings.stream().anyMatch(f.toString()::endsWith)).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** The file that was opened. */
    public WeightFile file() {
        return file;
    }

    /**
     * Compares names and shapes with what a module declares, reading no weights.
     *
     * @return where each parameter lies
     * @throws RefractException with what is missing, what has another shape, or what is left over
     */
    public FoundWeights match(Module module, Spelling spelling) throws RefractException {
        Map<Parameter, Origin> found = new LinkedHashMap<>();
        Set<String> left = new LinkedHashSet<>(file.weights().keySet().stream().filter(spelling::claims).toList());
        List<String> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        for (Parameter parameter : module.parameters().toList()) {
            String own = parameter.path().substring(module.path().length() + 1);
            Optional<Origin> origin = spelling.origins().apply(own).stream().filter(o -> file.weights().containsKey(o.name())).findFirst();
            if (origin.isEmpty()) {
                missing.add(spelling.origins().apply(own).getFirst().name());
                continue;
            }
            StoredWeight stored = file.weights().get(origin.get().name());
            if (!origin.get().fits(stored.shape(), parameter.shape())) {
                misshapen.add("%s is %s and should be %s".formatted(stored.name(), stored.shape(),
                        Arrays.toString(origin.get().whole(parameter.shape()))));
            }
            left.remove(stored.name());
            found.put(parameter, origin.get());
        }
        refuse(missing, "lacks %d of the weights that %s asks for: %s", "download it again");
        refuse(misshapen, "has %d weights of another shape than %s asks for: %s", "they are another model's");
        refuse(List.copyOf(left), "has %d weights that %s knows nothing of: %s", "they are another model's");
        return new FoundWeights(file, found);
    }

    private void refuse(List<String> wrong, String sentence, String remedy) throws RefractException {
        if (!wrong.isEmpty()) {
            String some = String.join(", ", wrong.subList(0, Math.min(NAMED, wrong.size()))) + (wrong.size() > NAMED ? " ..." : "");
            throw RefractException.usage("%s " + sentence + "; %s.", file.location(), wrong.size(), asks, some, remedy);
        }
    }

    /**
     * Fills a module's weights.
     *
     * @param owner keeps the weights, in its placement's dtype and on its device
     * @throws RefractException if the file does not fit the module, or a weight is not finite
     */
    public void fill(Module module, Spelling spelling, Scope owner) throws RefractException {
        match(module, spelling).fill(owner, WeightChanges.NONE);
    }

    @Override
    public void close() {
        file.close();
    }
}
