package org.refract.format.sdxlunbox;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Component;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.file.StateNames;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.file.TorchArchiveWriter;
import org.refract.engine.file.TorchTensor;
import org.refract.engine.sae.KnownFields;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SaeTensors;
import org.refract.engine.sae.TopKNames;
import org.refract.engine.sae.Weights;

/**
 * A folder of surkovv/sdxl-unbox: {@code config.json}, {@code state_dict.pth}, and the statistics {@code mean.pt} and {@code std.pt} of each
 * latent's positive activations, which become the tensors {@code mean} and {@code std}. The variant is {@code topk}, with the same names.
 */
@Component
public final class SdxlUnboxFormat implements CheckpointFormat {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "state_dict.pth";
    private static final String STATE = "state_dict.";
    private static final List<String> STATISTICS = List.of("mean", "std");

    /** The auxiliary loss' weight, which steerers writes; sdxl-unbox' own is OpenAI's, and without auxk there is no such loss. */
    private static final String COEFFICIENT = "auxk_coef";
    private static final String OPENAIS = "0.03125";

    private static final KnownFields KNOWN = new KnownFields("sdxl-unbox or steerers",
            Set.of("n_dirs_local", "d_model", "k", "auxk", COEFFICIENT, "dead_steps_threshold"), Map.of(), Set.of());

    /** Samples per step where the folder's name does not say it (sdxl-unbox, scripts/train_sae.py). */
    private static final long BATCH = 4096;

    private static final Pattern FOLDER = Pattern.compile("(unet\\.[a-z0-9_.]*?[a-z0-9])(?:_k\\d+.*)?");
    private static final Pattern BATCH_OF_FOLDER = Pattern.compile("_bs(\\d{1,9})(?:_|$)");

    private static final List<Hyperparameter> SETTINGS = List.of(
            new Hyperparameter("k", Kind.INTEGER, "10", Interval.from(1).saying(", at most the number of latents"), Optional.empty()),
            new Hyperparameter("auxk", Kind.INTEGER, "256", Interval.from(1), Optional.empty()),
            new Hyperparameter(COEFFICIENT, Kind.REAL, OPENAIS, Interval.NOT_NEGATIVE, Optional.empty()),
            new Hyperparameter("dead_tokens", Kind.INTEGER, "10000000", Interval.from(1), Optional.empty()));

    @Override
    public String id() {
        return "sdxl-unbox";
    }

    @Override
    public boolean recognises(Path location) {
        try {
            return Files.isRegularFile(location.resolve(CONFIG)) && Json.read(location.resolve(CONFIG)).has("n_dirs_local");
        } catch (RefractException damaged) {
            return Files.isRegularFile(location.resolve(WEIGHTS));
        }
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        Json said = Json.read(location.resolve(CONFIG));
        KNOWN.check(said);
        int latents = said.at("n_dirs_local").integer(1, Integer.MAX_VALUE);
        int width = said.at("d_model").integer(1, Integer.MAX_VALUE);
        Path weights = location.resolve(WEIGHTS);
        if (!Files.isRegularFile(weights)) {
            throw RefractException.usage("%s has no %s: only the statistics of that dictionary are here, its weights are published separately.", location,
                    WEIGHTS);
        }
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("k", String.valueOf(said.at("k").integer(1, latents)));
        if (said.has("auxk")) {
            settings.put("auxk", String.valueOf(said.at("auxk").integer(1, Integer.MAX_VALUE)));
        }
        settings.put(COEFFICIENT, !said.has("auxk") ? "0" : said.has(COEFFICIENT) ? String.valueOf(said.at(COEFFICIENT).number()) : OPENAIS);
        settings.put("dead_tokens", String.valueOf(Math.max(1, said.at("dead_steps_threshold").integer(0, 1 << 30) * batch(location))));
        SaeConfig config = new SaeConfig("topk", width, width, latents, Settings.of(SETTINGS, settings));
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        List<String> notes = new ArrayList<>();
        try (TorchArchive archive = TorchArchive.open(weights)) {
            boolean wrapped = archive.tensors().keySet().stream().anyMatch(name -> name.startsWith(STATE));
            StateNames names = StateNames.inside(archive.tensors().keySet(), wrapped ? STATE : "");
            names.note().filter(note -> !names.prefix().equals(Optional.of(STATE))).ifPresent(notes::add);
            take(archive, names, "encoder.weight", owner, tensors, latents, width);
            take(archive, names, "decoder.weight", owner, tensors, width, latents);
            take(archive, names, "pre_bias", owner, tensors, width);
            take(archive, names, "latent_bias", owner, tensors, latents);
            take(archive, names, "stats_last_nonzero", owner, tensors, latents);
            for (String name : archive.tensors().keySet()) {
                if (tensors.keySet().stream().noneMatch(ours -> name.equals(names.names().get(ours)))) {
                    throw RefractException.usage("%s has '%s', which a topk autoencoder would drop: its architecture is another one.", weights, name);
                }
            }
        }
        try (NDManager step = owner.newSubManager()) {
            Checkpoint published = TopKNames.published(new Checkpoint(config, tensors, Optional.empty()), step);
            SaeTensors.check(location.toString(), published.config(), published.tensors());
        }
        for (String name : STATISTICS) {
            Path file = location.resolve(name + ".pt");
            if (Files.isRegularFile(file)) {
                tensors.put(name, statistics(file, owner, latents, width));
            }
        }
        return new Checkpoint(config, tensors, provenance(location), List.copyOf(notes));
    }

    /**
     * The vector of {@code mean.pt} or {@code std.pt}; published ones have one value per latent, and are there without their weights too.
     *
     * @param lengths the lengths that it may have
     * @return float32
     * @throws RefractException if the file holds something else
     */
    public static NDArray statistics(Path file, NDManager owner, long... lengths) throws RefractException {
        try (TorchArchive archive = TorchArchive.open(file)) {
            TorchTensor vector = archive.tensors().get("");
            if (vector == null || Arrays.stream(lengths).noneMatch(n -> vector.shape().equals(new Shape(n)))) {
                throw RefractException.usage("%s should hold one tensor of %s numbers, it holds %s.", file,
                        Arrays.stream(lengths).mapToObj(Long::toString).collect(Collectors.joining(" or ")), archive.tensors());
            }
            return Weights.read(owner, file, "", archive.read("", owner));
        }
    }

    private static void take(TorchArchive archive, StateNames names, String name, NDManager owner, Map<String, NDArray> tensors, long... shape)
            throws RefractException {
        String inFile = names.names().get(name);
        if (inFile == null) {
            throw RefractException.usage("%s lacks '%s'; it has %s.", archive.file(), name, archive.tensors().keySet());
        }
        long[] found = archive.tensors().get(inFile).shape().getShape();
        if (!Arrays.equals(found, shape)) {
            throw RefractException.usage("%s has '%s' of shape %s where %s belongs%s.", archive.file(), name, Arrays.toString(found), Arrays.toString(shape),
                    found.length == 2 && shape.length == 2 && found[0] == shape[1] && found[1] == shape[0] ? ": it is transposed" : "");
        }
        NDArray read = archive.read(inFile, owner);
        tensors.put(name, name.equals("stats_last_nonzero") ? Weights.readCounts(owner, archive.file(), name, read)
                : Weights.read(owner, archive.file(), name, read));
    }

    private static long batch(Path location) {
        Matcher batch = BATCH_OF_FOLDER.matcher(location.toString());
        return batch.find() ? Math.max(1, Long.parseLong(batch.group(1))) : BATCH;
    }

    /** The folder {@code unet.<block>_k..}, or the one above {@code final}, names the block; a block's update is what sdxl-unbox trains on. */
    private static Optional<Provenance> provenance(Path location) {
        for (Path folder = location.toAbsolutePath().normalize(); folder != null && folder.getFileName() != null; folder = folder.getParent()) {
            Matcher name = FOLDER.matcher(folder.getFileName().toString());
            if (name.matches()) {
                Map<String, String> facts = Map.of("folder", folder.getFileName().toString());
                return Optional.of(new Provenance("stabilityai/sdxl-turbo", "", new HookPoint(name.group(1), Site.UPDATE), facts));
            }
        }
        return Optional.empty();
    }

    @Override
    public void write(Checkpoint checkpoint, Path location) throws RefractException {
        SaeConfig config = checkpoint.config();
        if (!config.variant().equals("topk") && SaeForm.find(config.variant()).isEmpty()) {
            throw RefractException.usage("An sdxl-unbox checkpoint cannot hold a '%s' autoencoder, which an extension brings: write Refract's own format.",
                    config.variant());
        }
        boolean same = config.variant().equals("ksparse") && config.settings().text("activation").equals("topk")
                && config.settings().text("normalize_activations").equals("none") && config.settings().flag("apply_b_dec_to_input")
                && !config.settings().flag("rescale_acts_by_decoder_norm") && !config.settings().flag("transcode");
        if (!config.variant().equals("topk") && !same) {
            throw RefractException.usage("An sdxl-unbox checkpoint holds topk autoencoders, not this %s one: write Refract's own format.", config.variant());
        }
        NDManager manager = checkpoint.tensors().values().iterator().next().getManager();
        try (NDManager step = manager.newSubManager(); AtomicFolder folder = AtomicFolder.create(location)) {
            Map<String, NDArray> from = checkpoint.tensors();
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("pre_bias", from.get(same ? "b_dec" : "pre_bias"));
            state.put("latent_bias", from.get(same ? "b_enc" : "latent_bias"));
            state.put("stats_last_nonzero", from.containsKey("stats_last_nonzero") ? from.get("stats_last_nonzero")
                    : step.zeros(new Shape(config.latents()), DataType.INT64));
            state.put("encoder.weight", same ? Weights.transposed(step, from.get("W_enc")) : from.get("encoder.weight"));
            state.put("decoder.weight", new TorchArchiveWriter.ColumnMajor(same ? Weights.transposed(step, from.get("W_dec")) : from.get("decoder.weight")));
            JsonObject said = new JsonObject();
            Map<String, String> settings = config.settings().asMap();
            said.addProperty("n_dirs_local", config.latents());
            said.addProperty("d_model", config.width());
            said.addProperty("k", config.settings().integer("k"));
            double coefficient = Double.parseDouble(settings.getOrDefault(COEFFICIENT, OPENAIS));
            said.addProperty("auxk", coefficient == 0 ? null : Long.valueOf(settings.getOrDefault("auxk", "256")));
            if (coefficient != 0 && coefficient != Double.parseDouble(OPENAIS)) {
                said.addProperty(COEFFICIENT, coefficient);
            }
            said.addProperty("dead_steps_threshold", Long.parseLong(settings.getOrDefault("dead_tokens", "10000000")) / batch(location));
            AtomicFile.write(folder.path().resolve(CONFIG), Json.text(said));
            TorchArchiveWriter.write(folder.path().resolve(WEIGHTS), Map.of("state_dict", state), step);
            for (String name : STATISTICS) {
                if (from.containsKey(name)) {
                    TorchArchiveWriter.write(folder.path().resolve(name + ".pt"), from.get(name), step);
                }
            }
            folder.commit();
        }
    }
}
