package org.refract.cli.command;

import java.nio.file.Path;
import java.util.Optional;
import org.refract.cli.Within;
import picocli.CommandLine.Option;

/** Whether the picture is shown while it is drawn. */
final class PreviewOptions {
    @Option(names = "--preview", paramLabel = "N",
            description = "After every N steps, write how the picture looks so far to ...-preview.png; it goes away when the picture is there.")
    @Within(least = 1, most = PictureOptions.MOST_STEPS)
    private Optional<Integer> every = Optional.empty();

    @Option(names = "--preview-to", paramLabel = "DIR", description = "Keep every preview in this folder instead.")
    private Optional<Path> folder = Optional.empty();

    /** Steps from one preview to the next, empty for none. */
    Optional<Integer> every() {
        return folder.isPresent() ? Optional.of(every.orElse(1)) : every;
    }

    /** What is said where there are too few steps for a preview. */
    Optional<String> idle(int steps) {
        return every.filter(n -> n > steps).map(n -> "--preview %d shows nothing: there are %d steps.".formatted(n, steps));
    }

    Optional<Path> folder() {
        return folder;
    }
}
