package org.refract.model.sdxl;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.Model;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Lanes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.TorchType;
import org.refract.model.sdxl.clip.TextualInversion;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.weights.BundledEmbeddings;
import org.refract.model.sdxl.weights.LoraNames;
import org.refract.nn.adapter.Loras;
import org.refract.nn.weights.WeightFile;

/** Opens Stable Diffusion XL, its Turbo and refiner, and models of their shape, from diffusers folders and from single files. */
@Component(service = ModelBackend.class)
public final class SdxlBackend implements ModelBackend {

    @Override
    public String id() {
        return "sdxl";
    }

    @Override
    public boolean recognises(Path location) {
        try {
            Path place = HubCache.resolve(location);
            return DiffusersFolder.recognises(place) || SingleFile.recognises(place);
        } catch (RefractException e) {
            return false;
        }
    }

    @Override
    public ModelInfo inspect(Path location) throws RefractException {
        ModelFiles files = files(location, Adapters.NONE);
        SdxlParts parts = SdxlParts.read(files);
        try (PartWeights weights = PartWeights.open(files, parts, Placement.DType.FP32)) {
            return SdxlInfo.of(parts, weights.fingerprint(List.of()), Map.of());
        }
    }

    @Override
    public Optional<Map<String, String>> describe(Path location) throws RefractException {
        return FileFacts.of(HubCache.resolve(location));
    }

    @Override
    public Model open(Path location, Placement placement, Adapters adapters, Monitor monitor) throws RefractException {
        ModelFiles files = files(location, adapters);
        SdxlParts plain = SdxlParts.read(files);
        SdxlParts parts = distilled(adapters).map(plain::distilledAs).orElse(plain);
        boolean upcast = placement.dtype() == Placement.DType.FP16 && parts.vae().config().forceUpcast();
        Placement vaePlacement = upcast ? new Placement(placement.device(), Placement.DType.FP32) : placement;
        Scope owner = Scope.open(placement);
        try (Background<Tokenizers> reading = new Background<>(() -> Tokenizers.read(files, parts));
                PartWeights weights = PartWeights.open(files, parts, placement.dtype());
                Loras loras = Loras.open(adapters.loras(), new LoraNames(parts.all().stream().map(SdxlParts.Part::module).toList()))) {
            AddedFiles added = new AddedFiles(adapters);
            ModelInfo info = SdxlInfo.of(parts, weights.fingerprint(added.forFingerprint()), added.inWords());
            for (SdxlParts.Part part : parts.largestFirst()) {
                monitor.checkpoint();
                Placement where = part.module() == parts.vae() ? vaePlacement : placement;
                weights.fill(part, Scope.in(owner.manager(), where), loras);
            }
            weights.notes().forEach(monitor::note);
            loras.notes().forEach(monitor::note);
            parts.distilled().ifPresent(few -> monitor.note("%s is made for few steps%s, in the way of %s; what is said otherwise counts."
                    .formatted(info.name(), plain.distilled().equals(parts.distilled()) ? "" : " by its LoRA", few.inWords())));
            Lanes lanes = new Lanes();
            List<TextualInversion> inversions = new ArrayList<>();
            for (WeightFile lora : loras.active()) {
                inversions.addAll(BundledEmbeddings.in(lora));
            }
            for (Path file : adapters.embeddings()) {
                inversions.add(TextualInversion.read(file));
            }
            PromptEncoder prompts = promptEncoder(parts, reading.result(), inversions, owner, lanes, monitor);
            return new SdxlModel(parts, info, placement, owner, prompts, TorchType.of(vaePlacement), lanes);
        } catch (RefractException | RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** The text encoders with the words of textual inversions. */
    private static PromptEncoder promptEncoder(SdxlParts parts, Tokenizers tokenizers, List<TextualInversion> inversions, Scope owner, Lanes lanes,
            Monitor monitor) throws RefractException {
        Optional<Tokenizer> one = tokenizers.first();
        Tokenizer two = tokenizers.second();
        for (TextualInversion inversion : inversions) {
            Tokenizer before = two;
            two = inversion.addTo(two, parts.textEncoder2(), 2, owner);
            boolean bySecond = two != before;
            boolean byFirst = false;
            if (one.isPresent()) {
                Tokenizer longer = inversion.addTo(one.get(), parts.textEncoder().orElseThrow(), 1, owner);
                byFirst = longer != one.get();
                one = Optional.of(longer);
            }
            if (!byFirst && !bySecond) {
                throw RefractException.usage("%s is for another model: none of the text encoders has the width of its vectors.", inversion.file());
            }
            if (one.isPresent() && byFirst != bySecond) {
                monitor.note("%s teaches '%s' to the %s text encoder alone; the other one reads its letters.".formatted(inversion.file(), String.join("' and '", inversion.words()),
                        byFirst ? "first" : "second"));
            }
        }
        return new PromptEncoder(parts, one, two, inversions, owner, lanes);
    }

    /** What the last LoRA says that is for few steps. */
    private static Optional<Distillation> distilled(Adapters adapters) throws RefractException {
        List<Distillation> found = new ArrayList<>();
        for (Adapters.Lora lora : adapters.loras()) {
            if (lora.strength() > 0) {
                try (WeightFile file = WeightFile.open(lora.file())) {
                    Distillation.ofLora("%s %s %s".formatted(lora.file().getFileName(), file.metadata().getOrDefault("modelspec.title", ""),
                            file.metadata().getOrDefault("ss_output_name", ""))).ifPresent(found::add);
                }
            }
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
    }

    private static ModelFiles files(Path location, Adapters adapters) throws RefractException {
        ModelFiles files = files(HubCache.resolve(location));
        if (!adapters.textEncoders().isEmpty()) {
            List<Path> from = new ArrayList<>();
            for (Path encoder : adapters.textEncoders()) {
                from.add(HubCache.resolve(encoder));
            }
            files = new WithTextEncoders(files, from).check();
        }
        if (adapters.vae().isPresent()) {
            files = new WithVae(files, HubCache.resolve(adapters.vae().get()));
        }
        Missing missing = new Missing(files.lacking());
        if (missing.isAny()) {
            throw RefractException.usage("%s has %s: %s.", location, missing.inWords(), missing.remedy());
        }
        return files;
    }

    private static ModelFiles files(Path location) throws RefractException {
        if (!Files.isRegularFile(location)) {
            return DiffusersFolder.open(location);
        }
        return location.getFileName().toString().equals(DiffusersFolder.INDEX)
                ? DiffusersFolder.open(location.toAbsolutePath().getParent())
                : SingleFile.open(location);
    }
}
