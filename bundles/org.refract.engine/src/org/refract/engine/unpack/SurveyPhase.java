package org.refract.engine.unpack;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Site;
import org.refract.engine.job.CheckpointsOnly;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.SharedWork;
import org.refract.engine.tensor.Tensors;

/**
 * Chooses what is recorded where the person did not: as <em>Unpacking SDXL Turbo</em> chose its four blocks, by what happens to the
 * picture when a block is taken out. The model's default hook points stay, but one that does less than a tenth of what the strongest
 * block of its kind does gives its place to the next strongest block.
 */
final class SurveyPhase implements Phase {
    private static final KernelLibrary KERNELS = KernelLibrary.of(SurveyPhase.class, "survey.ts.py");
    private static final int PROMPTS = 8;
    private static final double NEGLIGIBLE = 0.1;

    @Override
    public String id() {
        return "survey";
    }

    @Override
    public double weight() {
        return 1;
    }

    @Override
    public List<Double> stages(UnpackSession session) {
        return List.of(1.0);
    }

    @Override
    public void run(UnpackSession session, Monitor monitor) throws RefractException {
        ImageModel model = session.model();
        if (!session.options().points().isEmpty() || model.defaultHookPoints().stream().anyMatch(p -> p.site() != Site.UPDATE)) {
            session.choose(session.options().points().isEmpty() ? model.defaultHookPoints() : session.options().points());
            return;
        }
        List<String> prompts = Prompts.of(session.options().prompts(), session.options().model(), session.options().seed());
        Map<String, Double> effects = effects(session, prompts.subList(0, Math.min(PROMPTS, prompts.size())), monitor);
        for (var effect : effects.entrySet()) {
            session.record().fact("ablation/" + effect.getKey(), effect.getValue());
        }
        session.choose(chosen(model.defaultHookPoints(), effects));
    }

    /** Blocks of the kinds, and in the part, of the default hook points, in forward order, with their effects. */
    private static Map<String, Double> effects(UnpackSession session, List<String> prompts, Monitor monitor) throws RefractException {
        ImageModel model = session.model();
        Set<String> kinds = model.defaultHookPoints().stream().flatMap(p -> model.hookPoint(p.path()).stream()).map(HookPointInfo::kind)
                .collect(Collectors.toSet());
        String part = model.defaultHookPoints().getFirst().path().split("\\.", 2)[0] + ".";
        List<String> blocks = model.hookPoints().stream().filter(p -> p.update() && kinds.contains(p.kind()) && p.path().startsWith(part))
                .map(HookPointInfo::path).toList();
        int step = Math.min(session.batch(), prompts.size());
        monitor.stage("Finding the blocks that matter", (long) prompts.size() * (blocks.size() + 1));
        Map<String, Double> effects = new LinkedHashMap<>();
        blocks.forEach(block -> effects.put(block, 0.0));
        for (int first = 0; first < prompts.size(); first += step) {
            int last = Math.min(prompts.size(), first + step);
            double share = (double) (last - first) / prompts.size();
            ImageRequest request = session.request().withPrompts(prompts.subList(first, last), LongStream.range(first, last).boxed().toList());
            try (Scope scope = Scope.open(model.placement())) {
                ImageBatch before = model.generate(request, List.of(), new CheckpointsOnly(monitor), scope.manager());
                monitor.advance(last - first);
                NDArray pictures = before.images().orElseThrow();
                SharedWork.inOrder(model.lanes(request), blocks.size(), i -> {
                    monitor.checkpoint();
                    return change(model, request, blocks.get(i), pictures, monitor);
                }, (i, change) -> {
                    effects.merge(blocks.get(i), share * change, Double::sum);
                    monitor.advance(request.prompts().size());
                });
            }
        }
        return effects;
    }

    /** How much pictures change without a block. */
    private static double change(ImageModel model, ImageRequest request, String block, NDArray before, Monitor monitor) throws RefractException {
        Hook without = new ZeroUpdate(new HookPoint(block, Site.UPDATE));
        try (Scope run = Scope.open(model.placement())) {
            ImageBatch after = model.generate(request, List.of(without), new CheckpointsOnly(monitor), run.manager());
            return Tensors.scalar(KERNELS.call(run, "change", before, after.images().orElseThrow()));
        }
    }

    /** As many hook points as there are default ones, in forward order. */
    static List<HookPoint> chosen(List<HookPoint> defaults, Map<String, Double> effects) {
        double strongest = effects.values().stream().mapToDouble(e -> e).max().orElse(0);
        Set<String> chosen = new LinkedHashSet<>();
        for (HookPoint point : defaults) {
            if (effects.getOrDefault(point.path(), 0.0) >= NEGLIGIBLE * strongest) {
                chosen.add(point.path());
            }
        }
        effects.entrySet().stream().sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
                .takeWhile(block -> chosen.size() < defaults.size()).forEach(block -> chosen.add(block.getKey()));
        List<HookPoint> points = new ArrayList<>();
        effects.keySet().stream().filter(chosen::contains).forEach(path -> points.add(new HookPoint(path, Site.UPDATE)));
        return points;
    }
}
