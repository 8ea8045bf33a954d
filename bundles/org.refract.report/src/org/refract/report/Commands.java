package org.refract.report;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.refract.api.analysis.Intervention;
import org.refract.engine.index.AtlasFacts;
import org.refract.engine.intervene.FeatureText;
import org.refract.engine.job.RunRecord;
import org.refract.engine.unpack.RecordedRequest;
import org.refract.engine.unpack.RunFolder;
import org.refract.engine.unpack.Showcase;

/** The {@code refract} commands that make what the page shows. */
final class Commands {
    private static final String SETTING = "setting_";

    private final RunRecord record;
    private final Path run;
    private final List<AtlasFacts> dictionaries;

    /** @param dictionaries one per block, in the order of the page */
    Commands(RunRecord record, List<AtlasFacts> dictionaries) {
        this.record = record;
        this.dictionaries = List.copyOf(dictionaries);
        this.run = record.folder().toAbsolutePath().normalize();
    }

    /** The command that was given. */
    String unpack() {
        List<String> words = new ArrayList<>(List.of("refract", record.command()));
        words.addAll(record.arguments());
        return line(words);
    }

    /** Trains the dictionaries again, into a folder beside theirs. */
    String train() {
        RunFolder folder = new RunFolder(run);
        List<String> words = new ArrayList<>(List.of("refract", "train"));
        dictionaries.forEach(d -> words.add(folder.store().resolve(RunFolder.name(d.point())).toString()));
        words.addAll(List.of("--out", run.resolve("saes-again").toString()));
        if (!dictionaries.isEmpty()) {
            AtlasFacts first = dictionaries.getFirst();
            words.addAll(List.of("--variant", first.variant(), "--expansion", number((double) first.latents() / first.width())));
            Map<String, String> facts = new TreeMap<>(first.further());
            facts.forEach((name, value) -> {
                if (name.startsWith(SETTING)) {
                    words.addAll(List.of("--set", name.substring(SETTING.length()) + "=" + value));
                }
            });
            for (String option : List.of("steps", "batch", "seed")) {
                Optional.ofNullable(facts.get("sae_" + option)).ifPresent(value -> words.addAll(List.of("--" + option, value)));
            }
        }
        return line(words);
    }

    String inspect() {
        RunFolder folder = new RunFolder(run);
        Path shown = dictionaries.isEmpty() ? run : folder.sae(dictionaries.getFirst().point());
        return line(List.of("refract", "inspect", shown.toString()));
    }

    String atlas() {
        return line(List.of("refract", "atlas", run.toString()));
    }

    String workbench() {
        return line(List.of("refract", "workbench", run.toString()));
    }

    /** A command with the placeholder {@code FEATURE} for a feature's own words. */
    String feature() {
        List<String> words = new ArrayList<>(List.of("refract", "intervene", "your prompt", "--run", run.toString()));
        RecordedRequest.of(new RunFolder(run)).ifPresent(recorded -> words.addAll(List.of("--steps", Integer.toString(recorded.steps()))));
        words.add("--feature");
        return line(words) + " 'FEATURE'";
    }

    /** Draws one picture of a showcase again. */
    String shot(Showcase showcase, Showcase.Shot shot) {
        List<String> words = new ArrayList<>(List.of("refract", "intervene", shot.prompt(), "--run", run.toString(), "--seed", Long.toString(shot.seed()),
                "--steps", Integer.toString(showcase.steps())));
        if (showcase.guidance() > 1) {
            words.addAll(List.of("--guidance", number(showcase.guidance())));
        }
        shot.intervention().ifPresent(change -> words.addAll(List.of("--feature", FeatureText.of(change, change.mask().flatMap(Commands::area)))));
        return line(words);
    }

    /** The rectangle of a mask's positive weights as {@code x,y,width,height} in shares of the picture. */
    private static Optional<String> area(Intervention.Mask mask) {
        int left = mask.columns();
        int top = mask.rows();
        int right = -1;
        int bottom = -1;
        for (int row = 0; row < mask.rows(); row++) {
            for (int column = 0; column < mask.columns(); column++) {
                if (mask.weights()[row * mask.columns() + column] > 0) {
                    left = Math.min(left, column);
                    right = Math.max(right, column);
                    top = Math.min(top, row);
                    bottom = Math.max(bottom, row);
                }
            }
        }
        return right < 0 ? Optional.empty() : Optional.of(number((double) left / mask.columns()) + ","
                + number((double) top / mask.rows()) + "," + number((right - left + 1.0) / mask.columns()) + "," + number((bottom - top + 1.0) / mask.rows()));
    }

    private static String number(double value) {
        return BigDecimal.valueOf(Math.round(value * 1e4) / 1e4).stripTrailingZeros().toPlainString();
    }

    private static String line(List<String> words) {
        return words.stream().map(Commands::quoted).collect(Collectors.joining(" "));
    }

    /** A word as a POSIX shell reads it. */
    static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
