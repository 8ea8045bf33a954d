package org.refract.cli.command;

import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.cli.Within;
import picocli.CommandLine.Option;

/** Rescaled guidance, and guidance in a part of the steps. */
final class GuidanceWishes {
    @Option(names = "--guidance-rescale", paramLabel = "SHARE",
            description = "How far guided predictions are brought back to their usual contrast, 0 to 1 (default: 0; 0.7 for models of v-prediction).")
    @Within(least = 0, most = 1)
    private Optional<Double> rescale = Optional.empty();

    @Option(names = "--guidance-from", paramLabel = "SHARE", description = "Share of the steps after which guidance begins (default: 0).")
    @Within(least = 0, most = 1)
    private Optional<Double> from = Optional.empty();

    @Option(names = "--guidance-until", paramLabel = "SHARE", description = "Share of the steps after which it ends (default: 1).")
    @Within(least = 0, most = 1)
    private Optional<Double> until = Optional.empty();

    ImageRequest on(ImageRequest request) throws RefractException {
        if (from.orElse(0.0) >= until.orElse(1.0)) {
            throw RefractException.usage("Guidance from %s until %s of the steps never happens; --guidance-from must come first.", from.orElse(0.0),
                    until.orElse(1.0));
        }
        return Said.on(Said.on(Said.on(request, "guidance_rescale", rescale), "guidance_from", from), "guidance_until", until);
    }
}
