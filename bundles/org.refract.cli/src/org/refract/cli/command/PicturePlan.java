package org.refract.cli.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;

/** Which pictures are drawn, in which order: each line's prompt with each of its seeds. */
final class PicturePlan {
    /** A request on which values are tried before a model is opened. */
    private static final ImageRequest TRIAL = ImageRequest.of(30, 7.5, 1024, 1024);
    private static final Set<String> OF_ONE_PICTURE = Set.of(PastPicture.PROMPT, "seed", "count");
    private static final int MOST = 1_000_000;

    private final OptionValues command;
    private final Map<OptionValues, DrawOptions> known = new HashMap<>();
    private final List<Wanted> wanted = new ArrayList<>();
    private long next;

    private PicturePlan(OptionValues command) {
        this.command = command;
    }

    /**
     * A picture to be drawn.
     *
     * @param options how
     * @param said    the same in words, without prompt and seed; pictures with the same words can be drawn together
     */
    record Wanted(DrawOptions options, OptionValues said, String prompt, long seed) {
    }

    /**
     * Plans.
     *
     * @param command what was said for all lines
     * @param lines   the prompts, with what is said for each alone
     * @throws RefractException if something makes no sense; for a line of a file, which one
     */
    static List<Wanted> of(OptionValues command, List<PromptFile.Line> lines) throws RefractException {
        PicturePlan plan = new PicturePlan(command);
        SeedList seeds = plan.options(command.without(OF_ONE_PICTURE).with("seed", command.has("seed") ? command.all("seed") : List.of("0"))).picture().seeds();
        for (PromptFile.Line line : lines) {
            try {
                plan.add(line.values(), seeds);
            } catch (RefractException e) {
                throw line.place().isEmpty() ? e : RefractException.usage("%s: %s", line.place(), e.getMessage());
            }
        }
        return plan.wanted;
    }

    private void add(OptionValues line, SeedList seedsOfAll) throws RefractException {
        OptionValues said = line.over(command);
        DrawOptions options = options(said.without(Set.of(PastPicture.PROMPT)));
        String prompt = said.first(PastPicture.PROMPT).orElse("");
        for (long seed : seeds(options, seedsOfAll, line.has("seed"))) {
            if (wanted.size() == MOST) {
                throw RefractException.usage("These are more than %d pictures; draw them in parts.", MOST);
            }
            wanted.add(new Wanted(options, said.without(OF_ONE_PICTURE), prompt, seed));
        }
        options.picture().request(TRIAL, List.of(prompt), List.of(0L));
        options.start().start();
        options.refiner().second();
        options.adapters().adapters();
        options.interventions();
    }

    private List<Long> seeds(DrawOptions options, SeedList seedsOfAll, boolean own) throws RefractException {
        SeedList seeds = own ? options.picture().seeds() : seedsOfAll;
        int count = options.count().orElse(1);
        if (!seeds.open()) {
            if (count > 1) {
                throw RefractException.usage("--seed names %d seeds and --count %d pictures; leave one of them out.", seeds.seeds().size(), count);
            }
            return seeds.seeds();
        }
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(seeds.seeds().getFirst() + (own ? i : next++));
        }
        return numbers;
    }

    private DrawOptions options(OptionValues said) throws RefractException {
        DrawOptions options = known.get(said);
        if (options == null) {
            options = DrawOptions.of(said);
            known.put(said, options);
        }
        return options;
    }
}
