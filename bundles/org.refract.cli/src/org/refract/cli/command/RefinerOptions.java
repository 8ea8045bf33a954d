package org.refract.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.cli.Within;
import org.refract.engine.draw.Refinement;
import picocli.CommandLine.Option;

/** A second model that finishes or improves what the first has drawn (SDXL, section 2.5). */
final class RefinerOptions {
    /** diffusers' documentation of SDXL: the base does the first 80 % of the noise levels. */
    private static final double USUAL_HANDOFF = 0.8;

    @Option(names = "--refiner", paramLabel = "DIR", description = "A refiner; the picture before it is kept as ...-base.png.")
    private Optional<Path> refiner = Optional.empty();

    @Option(names = "--handoff", paramLabel = "SHARE", description = "The refiner takes over after this share of the noise levels (default: 0.8).")
    @Within(least = 0, most = 1)
    private Optional<Double> handoff = Optional.empty();

    @Option(names = "--refine-strength", paramLabel = "SHARE", description = "Instead: it draws the finished picture anew with this strength, such as 0.3.")
    @Within(least = 0, most = 1, above = true)
    private Optional<Double> strength = Optional.empty();

    /**
     * What was asked for.
     *
     * @throws RefractException if the values make no sense
     */
    Optional<Second> second() throws RefractException {
        if (refiner.isEmpty()) {
            if (handoff.isPresent() || strength.isPresent()) {
                throw RefractException.usage("%s needs a second model: add --refiner DIR.", handoff.isPresent() ? "--handoff" : "--refine-strength");
            }
            return Optional.empty();
        }
        if (!Files.exists(refiner.get())) {
            throw RefractException.usage("There is no refiner at %s.", refiner.get());
        }
        if (handoff.isPresent() && strength.isPresent()) {
            throw RefractException.usage("--handoff and --refine-strength are two ways to refine; leave one of them out.");
        }
        double share = handoff.orElse(USUAL_HANDOFF);
        if (!(share > 0 && share < 1)) {
            throw RefractException.usage("--handoff must lie between 0 and 1, not at %s.", share);
        }
        return Optional.of(new Second(refiner.get(), strength.isPresent() ? new Refinement.Again(strength.get()) : new Refinement.Handoff(share)));
    }

    /**
     * The second model.
     *
     * @param model where it lies
     * @param how   how it goes on
     */
    record Second(Path model, Refinement how) {

        /** Steps of a request that are done beside its own: none after a handoff, which divides them. */
        long more(int steps) {
            return how instanceof Refinement.Again(double strength) ? Math.max(1, (long) (steps * strength)) : 0;
        }
    }
}
