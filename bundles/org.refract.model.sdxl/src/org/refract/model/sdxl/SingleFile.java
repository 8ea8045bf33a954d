package org.refract.model.sdxl;

import com.google.gson.JsonPrimitive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.model.sdxl.clip.ClipVocabulary;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.clip.TokenizerFiles;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.unet.UNet;
import org.refract.model.sdxl.vae.Vae;
import org.refract.model.sdxl.weights.FileKind;
import org.refract.model.sdxl.weights.LdmVaeNames;
import org.refract.model.sdxl.weights.OpenClipNames;
import org.refract.model.sdxl.weights.SgmUNetNames;
import org.refract.model.sdxl.weights.Spellings;
import org.refract.nn.ConfigFile;
import org.refract.nn.Module;
import org.refract.nn.weights.Checkpoint;
import org.refract.nn.weights.Spelling;
import org.refract.nn.weights.StoredWeight;
import org.refract.nn.weights.WeightFile;

/**
 * All weights of a model in one file with sgm's names, as Stability published them and as ComfyUI and A1111 keep them. Configuration and
 * tokenizers are those of the published models, unless a folder beside the file with its name ({@code my-model/} for
 * {@code my-model.safetensors}) holds others in diffusers' layout.
 *
 * @param parts      the parts that lie in it
 * @param refiner    whether it is a refiner
 * @param distilled  how its name or description says that it is run in few steps; its weights cannot tell
 * @param predictsV  whether it says that it predicts v
 * @param zeroSnr    whether it says that its last noise level is noise alone
 */
record SingleFile(Path location, Set<String> parts, boolean refiner, Optional<Distillation> distilled, boolean predictsV, boolean zeroSnr)
        implements ModelFiles {

    private static final String UNET = "model.diffusion_model.";
    private static final int CHANNELS = 4;
    /** Channels of the first layer of the refiner's U-Net; the base's has 320. */
    private static final int REFINER_CHANNELS = 384;
    /** Side of the latents that SDXL-Turbo was made for. */
    private static final int TURBO_SAMPLE_SIZE = 64;

    /** @throws RefractException if there is no such file, it is damaged, or holds something else: what */
    static SingleFile open(Path file) throws RefractException {
        try (WeightFile weights = WeightFile.open(file)) {
            FileKind kind = FileKind.of(weights);
            if (!kind.isModel()) {
                throw RefractException.usage("%s is no whole model of the Stable Diffusion XL family: it is %s; %s.", file, kind.what(), kind.remedy());
            }
            Set<String> names = weights.weights().keySet();
            Optional<StoredWeight> first = names.stream().filter(name -> name.endsWith("input_blocks.0.0.weight") || name.equals("conv_in.weight")).findFirst()
                    .map(weights.weights()::get).filter(weight -> weight.shape().dimension() == 4);
            if (first.isPresent() && first.get().shape().get(1) != CHANNELS) {
                throw RefractException.usage("%s is a model for inpainting or editing: its U-Net reads %d channels, and only those of %d are known here.",
                        file, first.get().shape().get(1), CHANNELS);
            }
            for (String playground : Set.of("edm_mean", "edm_std")) {
                if (names.contains(playground)) {
                    throw RefractException.usage("%s was trained in the EDM formulation (it holds '%s'), which is not known here.", file, playground);
                }
            }
            boolean refiner = kind == FileKind.SDXL_REFINER
                    || kind == FileKind.SDXL_UNET && first.isPresent() && first.get().shape().get(0) == REFINER_CHANNELS;
            return new SingleFile(file, Spellings.parts(names), refiner,
                    Distillation.ofModel(file.getFileName() + " " + weights.metadata().getOrDefault("modelspec.title", "")),
                    names.contains("v_pred") || "v".equals(weights.metadata().get("modelspec.prediction_type")), names.contains("ztsnr"));
        }
    }

    /** Whether a file is a model of this family, whole or with parts that lie elsewhere. */
    static boolean recognises(Path file) {
        if (!Files.isRegularFile(file) || !WeightFile.named(file)) {
            return false;
        }
        try (WeightFile weights = WeightFile.open(file)) {
            return FileKind.of(weights).isModel();
        } catch (RefractException e) {
            return false;
        }
    }

    /** The folder beside the file that may hold configuration and tokenizers. */
    Path beside() {
        String name = location.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return location.resolveSibling(dot < 0 ? name : name.substring(0, dot));
    }

    private boolean turbo() {
        return distilled.filter(d -> d.method().equals(Distillation.TURBO.method())).isPresent();
    }

    @Override
    public List<String> lacking() {
        List<String> lacking = new ArrayList<>();
        for (String part : List.of("text_encoder", "text_encoder_2", "unet", "vae")) {
            if (has(part) && !parts.contains(part) && !Checkpoint.isIn(beside().resolve(part))) {
                lacking.add(part);
            }
        }
        return lacking;
    }

    @Override
    public boolean has(String part) {
        return !(refiner && (part.equals("text_encoder") || part.equals("tokenizer")));
    }

    @Override
    public ConfigFile config(String part) throws RefractException {
        Path own = DiffusersFolder.configFile(beside(), part);
        if (Files.isRegularFile(own)) {
            return ConfigFile.read(own);
        }
        return switch (part) {
            case "unet" -> refiner ? StandardConfigs.read("refiner-unet")
                    : turbo() ? StandardConfigs.read("unet").with("sample_size", new JsonPrimitive(TURBO_SAMPLE_SIZE)) : StandardConfigs.read("unet");
            case "scheduler" -> StandardConfigs.read(turbo() ? "turbo-scheduler" : "scheduler")
                    .with("prediction_type", new JsonPrimitive(predictsV ? "v_prediction" : "epsilon"))
                    .with("rescale_betas_zero_snr", new JsonPrimitive(zeroSnr));
            default -> StandardConfigs.read(part);
        };
    }

    @Override
    public Map<String, SchedulerConfig> otherSchedulers() throws RefractException {
        return Files.isDirectory(beside()) ? DiffusersFolder.otherSchedulers(beside()) : Map.of();
    }

    @Override
    public boolean forceZeros() throws RefractException {
        return index().flag("force_zeros_for_empty_prompt", !refiner);
    }

    @Override
    public boolean aestheticScore() throws RefractException {
        return index().flag("requires_aesthetics_score", refiner);
    }

    private ConfigFile index() throws RefractException {
        Path index = beside().resolve(DiffusersFolder.INDEX);
        return Files.isRegularFile(index) ? ConfigFile.read(index) : ConfigFile.of("Stable Diffusion XL's own " + DiffusersFolder.INDEX, "{}");
    }

    @Override
    public List<Tokenizer> tokenizers(List<String> names) throws RefractException {
        List<Path> own = names.stream().map(beside()::resolve).toList();
        if (own.stream().allMatch(Files::isDirectory)) {
            return TokenizerFiles.read(own);
        }
        List<String> pads = names.stream().map(name -> name.equals("tokenizer") ? ClipVocabulary.END : ClipVocabulary.FIRST).toList();
        List<Tokenizer> tokenizers = new ArrayList<>(ClipVocabulary.tokenizers(pads));
        for (int i = 0; i < own.size(); i++) {
            if (Files.isDirectory(own.get(i))) {
                tokenizers.set(i, TokenizerFiles.read(own.get(i)));
            }
        }
        return tokenizers;
    }

    @Override
    public Spelling spelling(Module part) {
        return switch (part) {
            case UNet unet -> new SgmUNetNames(unet.config()).spelling().under(UNET);
            case Vae vae -> new LdmVaeNames(vae.config()).spelling().under("first_stage_model.");
            default -> part.path().equals("text_encoder")
                    ? Spellings.TEXT_ENCODER.under("conditioner.embedders.0.transformer.")
                    : OpenClipNames.spelling().under("conditioner.embedders." + (refiner ? 0 : 1) + ".model.");
        };
    }

    @Override
    public Checkpoint weights(String part, Placement.DType wanted) throws RefractException {
        if (!parts.contains(part) && Checkpoint.isIn(beside().resolve(part))) {
            return Checkpoint.open(beside().resolve(part), ModelFiles.variants(wanted));
        }
        return Checkpoint.of(WeightFile.open(location),
                Files.isRegularFile(DiffusersFolder.configFile(beside(), part)) ? DiffusersFolder.configFile(beside(), part).toString()
                        : "the %s of Stable Diffusion XL%s (a model of another size wants its config.json files in %s)"
                                .formatted(part, refiner ? "'s refiner" : "", beside()));
    }
}
