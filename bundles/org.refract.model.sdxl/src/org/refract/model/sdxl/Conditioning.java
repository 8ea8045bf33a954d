package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Pass;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.PromptEncoder.Embedding;
import org.refract.model.sdxl.block.Context;
import org.refract.model.sdxl.prompt.Texts;
import org.refract.model.sdxl.unet.UNet;
import org.refract.nn.HookTable;

/**
 * What the U-Net is told in the guided and in the unguided calls of a run.
 *
 * @param both        unconditional rows, then conditional ones; empty where no call is guided
 * @param conditional conditional rows alone; empty where every call is guided
 */
record Conditioning(Optional<UNet.Conditioning> both, Optional<UNet.Conditioning> conditional) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");

    /** What a call is told. */
    UNet.Conditioning at(boolean guided) {
        return (guided ? both : conditional).orElseThrow();
    }

    /** @throws RefractException if a text encoder gives numbers that are not finite */
    static Conditioning of(SdxlParts parts, PromptEncoder prompts, ImageRequest request, Guidance guidance, HookTable hooks, Monitor monitor,
            Scope run) throws RefractException {
        int count = request.prompts().size();
        boolean guided = guidance.anywhere();
        List<String> negative = guided ? negative(request, parts.forceZeros()) : List.of();
        Pass pass = new Pass(0, request.steps(), 0, count, !negative.isEmpty());
        Embedding all = prompts.encode(Texts.of(request, negative), hooks, pass, monitor, run.manager());
        NotFinite.check(all.context(), "The text encoders gave");
        NotFinite.check(all.pooled(), "The second text encoder gave");
        Embedding wanted = negative.isEmpty() ? all : lastRows(all, count, run);
        Optional<UNet.Conditioning> both = Optional.empty();
        if (guided) {
            Embedding halves = negative.isEmpty()
                    ? PromptEncoder.join(List.of(prompts.zeros(count, all, run.manager()), all), run.manager())
                    : all;
            both = Optional.of(told(parts, request, halves, true, run));
        }
        return new Conditioning(both, guided && guidance.everywhere() ? Optional.empty() : Optional.of(told(parts, request, wanted, false, run)));
    }

    /** Which pictures of a request are told something of the same length, so that they can be drawn together. */
    static WindowGroups groups(SdxlParts parts, PromptEncoder prompts, ImageRequest request) throws RefractException {
        int count = request.prompts().size();
        if (count == 1) {
            return new WindowGroups(List.of(List.of(0)));
        }
        List<String> negative = request.guidance() > 1 ? negative(request, parts.forceZeros()) : List.of();
        List<Integer> windows = prompts.windows(Texts.of(request, negative));
        return WindowGroups.of(windows.subList(negative.size(), negative.size() + count), windows.subList(0, negative.size()));
    }

    private static UNet.Conditioning told(SdxlParts parts, ImageRequest request, Embedding embedding, boolean guided, Scope run)
            throws RefractException {
        float[] ids = TimeIds.of(request, parts.aestheticScore(), guided);
        long rows = (guided ? 2L : 1L) * request.prompts().size();
        NDArray timeIds = Tensors.of(run.manager(), ids, rows, ids.length / rows);
        NDArray placed = run.placement().device().equals("cpu") ? timeIds : DTypes.move(run.manager(), timeIds, run.placement());
        Context context = request.steps() > 1 ? Context.kept(embedding.context(), run.manager()) : Context.once(embedding.context());
        return new UNet.Conditioning(context, embedding.pooled(), placed);
    }

    private static Embedding lastRows(Embedding all, int count, Scope run) {
        return new Embedding(KERNELS.call(run, "last_rows", all.context(), count), KERNELS.call(run, "last_rows", all.pooled(), count));
    }

    /** A negative prompt for each picture, or none where the model wants zeros instead. */
    static List<String> negative(ImageRequest request, boolean forceZeros) {
        int count = request.prompts().size();
        return switch (request.negativePrompts().size()) {
            case 0 -> forceZeros ? List.of() : Collections.nCopies(count, "");
            case 1 -> Collections.nCopies(count, request.negativePrompts().getFirst());
            default -> request.negativePrompts();
        };
    }
}
