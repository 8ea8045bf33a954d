package org.refract.model.sdxl;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.refract.api.model.ModelInfo;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.unet.UNetConfig;
import org.refract.nn.Module;
import org.refract.nn.Parameter;
import org.refract.nn.weights.WeightFile;

/** Describes a model to people. */
final class SdxlInfo {

    private SdxlInfo() {
    }

    /** @param added what is added to the weights, by what it is */
    static ModelInfo of(SdxlParts parts, String fingerprint, Map<String, String> added) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("kind", parts.aestheticScore() ? "refiner" : Inpainting.seenBy(parts) ? "inpainting" : "text to image");
        long parameters = 0;
        for (SdxlParts.Part part : parts.all()) {
            long count = count(part.module());
            parameters += count;
            details.put(part.name(), "%s, %,d parameters".formatted(part.module().kind(), count));
        }
        UNetConfig unet = parts.unet().config();
        int scale = parts.vae().config().scaleFactor();
        SchedulerConfig scheduler = parts.scheduler();
        details.put("channels", join(unet.blockOutChannels()));
        details.put("transformer blocks", unet.transformerLayersPerBlock().stream().map(SdxlInfo::join).collect(Collectors.joining(" | ")));
        details.put("text", "%d tokens of width %d".formatted(parts.textEncoder2().config().positions(), unet.crossAttentionDim().getFirst()));
        details.put("picture", "%1$d x %1$d pixels, latents %2$d x %2$d x %3$d".formatted(unet.sampleSize() * scale, unet.sampleSize(),
                parts.vae().config().latentChannels()));
        details.put("scheduler", "%s, %s, %s".formatted(scheduler.className(), scheduler.timestepSpacing(), scheduler.predictionType()));
        parts.distilled().ifPresent(distilled -> details.put("made for few steps", distilled.inWords()));
        details.putAll(added);
        return new ModelInfo(name(parts.location()), "sdxl", parameters, fingerprint, details);
    }

    /** The folder's name, or the file's without its ending. */
    private static String name(Path location) {
        String name = HubCache.nameOf(location);
        return WeightFile.named(location) ? name.substring(0, name.lastIndexOf('.')) : name;
    }

    private static long count(Module module) {
        return module.parameters().mapToLong(Parameter::size).sum();
    }

    private static String join(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
