package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.Locations;
import org.refract.engine.tensor.Scope;

/**
 * One process draws picture after picture in the same memory. A short run by default; {@code REFRACT_GENERATIONS=2000} in the environment, or the
 * system property {@code refract.generations}, makes it a long one.
 */
class LeakTest {

    private static final int WARM_UP = 30;
    /** What the heap, the compiler and the allocator may still take after the warm-up. */
    private static final long SLACK = 40L << 20;
    private static final int PROMPTS = 25;
    /** Generations between two looks, before which garbage is collected: a heap that may grow large grows, which is no leak. */
    private static final int SAMPLE_EVERY = 3;

    private static int generations() {
        return Integer.parseInt(Optional.ofNullable(System.getProperty("refract.generations"))
                .or(() -> Optional.ofNullable(System.getenv("REFRACT_GENERATIONS"))).orElse("60"));
    }

    @Test
    void drawingPictureAfterPictureTakesNoMoreMemory() throws Exception {
        HookPoint mid = new HookPoint("unet.mid_block.attentions.0", Site.UPDATE);
        Hook changing = Hooks.of(mid, (pass, value) -> value.mul(1.5));
        try (ImageModel model = (ImageModel) new SdxlBackend().open(new Locations().demo().resolve("turbo"), Placement.CPU, Monitor.silent());
                Scope scope = Scope.open(Placement.CPU)) {
            ImageRequest request = model.defaults().withSteps(2);
            List<Long> resident = new ArrayList<>();
            int generations = generations();
            for (int i = 0; i < WARM_UP + generations; i++) {
                int count = 1 + i % 3;
                List<String> prompts = Stream.iterate(i, n -> n + 1).limit(count).map(n -> "a red heart, number " + n % PROMPTS).toList();
                List<Long> seeds = Stream.iterate((long) i, n -> n + 1).limit(count).toList();
                model.generate(request.withPrompts(prompts, seeds).withGuidance(i % 5 == 0 ? 2 : 0), i % 4 == 0 ? List.of(changing) : List.of(),
                        Monitor.silent(), scope.manager()).close();
                assertEquals(0, scope.liveTensors(), "generation " + i);
                if (i >= WARM_UP && i % SAMPLE_EVERY == 0) {
                    System.gc();
                    resident().ifPresent(resident::add);
                }
                if (generations >= 1000 && i % 200 == 0) {
                    System.out.printf("generation %d: %d MiB%n", i, resident().orElse(0) >> 20);
                }
            }
            if (!resident.isEmpty()) {
                long early = median(resident.subList(0, resident.size() / 4));
                long late = median(resident.subList(resident.size() * 3 / 4, resident.size()));
                System.out.printf("%d generations: %d MiB, then %d MiB%n", generations, early >> 20, late >> 20);
                assertTrue(late - early < SLACK, "resident memory went from %d to %d MiB".formatted(early >> 20, late >> 20));
            }
        }
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    /** Resident bytes of this process, where the system tells. */
    private static OptionalLong resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst();
    }
}
