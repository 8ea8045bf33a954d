package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Noise;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.engine.kernel.KernelLibrary;

/**
 * The pictures of a request by the number of windows that their prompts take. A prompt is filled up to the longest one that it is encoded
 * with; a picture must not depend on its batch, so only its own negative prompt may be that one (as in AUTOMATIC1111's web UI), and pictures
 * of other lengths are drawn apart.
 *
 * @param groups indices of the pictures of each group, in the order in which their first pictures stand in the request
 */
record WindowGroups(List<List<Integer>> groups) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");

    /**
     * The groups of pictures whose prompts take equally many windows, with and without their negative prompts.
     *
     * @param wanted   windows of each prompt
     * @param negative windows of each negative prompt; empty where none is encoded
     */
    static WindowGroups of(List<Integer> wanted, List<Integer> negative) {
        Map<List<Integer>, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            int alone = wanted.get(i);
            int both = negative.isEmpty() ? alone : Math.max(alone, negative.get(i));
            groups.computeIfAbsent(List.of(alone, both), k -> new ArrayList<>()).add(i);
        }
        return new WindowGroups(List.copyOf(groups.values()));
    }

    /** Whether all pictures can be drawn at once. */
    boolean isOne() {
        return groups.size() == 1;
    }

    /**
     * The request of each group.
     *
     * @param owner owns their tensors
     */
    List<ImageRequest> requests(ImageRequest whole, NDManager owner) {
        return groups.stream().map(group -> request(whole, group, owner)).toList();
    }

    private static ImageRequest request(ImageRequest whole, List<Integer> group, NDManager owner) {
        ImageRequest request = whole.withPrompts(picked(whole.prompts(), group), picked(whole.seeds(), group))
                .withNegativePrompts(picked(whole.negativePrompts(), group))
                .with(said -> said.of(group))
                .withNoise(new Noise(whole.noise().given().map(draws -> columns(draws, group, owner)), whole.noise().behind()));
        Stage stage = whole.stage();
        if (stage.latents().isPresent()) {
            request = request.withStage(new Stage(stage.start(), stage.end(), Optional.of(rows(stage.latents().get(), group, owner))));
        }
        if (whole.start().isPresent()) {
            StartImage start = whole.start().get();
            request = request.withStart(new StartImage(rows(start.image(), group, owner), start.strength(),
                    start.mask().map(mask -> rows(mask, group, owner))));
        }
        return request;
    }

    /** The tensors of all groups, one picture a row, in the order of the whole request. */
    NDArray joined(List<NDArray> ofGroups, NDManager owner) {
        NDArray grouped = KERNELS.call(owner, "join_rows", ofGroups);
        List<Integer> order = groups.stream().flatMap(List::stream).toList();
        return rows(grouped, IntStream.range(0, order.size()).map(order::indexOf).boxed().toList(), owner);
    }

    /** Those of a group; what stands once stands for all. */
    private static <T> List<T> picked(List<T> all, List<Integer> group) {
        return all.size() <= 1 ? all : group.stream().map(all::get).toList();
    }

    private static NDArray columns(NDArray all, List<Integer> which, NDManager owner) {
        return KERNELS.call(owner, "join_columns", which.stream().map(i -> KERNELS.call(owner, "columns", all, i, i + 1)).toList());
    }

    private static NDArray rows(NDArray all, List<Integer> which, NDManager owner) {
        if (all.getShape().get(0) == 1) {
            return all;
        }
        return KERNELS.call(owner, "join_rows", which.stream().map(i -> KERNELS.call(owner, "rows", all, i, i + 1)).toList());
    }
}
