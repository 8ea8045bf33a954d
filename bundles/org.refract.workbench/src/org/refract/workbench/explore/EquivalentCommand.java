package org.refract.workbench.explore;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.SubjectInfo;

/** Writes the command line that draws what the window draws. */
public final class EquivalentCommand {
    private EquivalentCommand() {
    }

    /** The command, or "" while nothing is open. */
    public static String of(Exploration state) {
        return state.subject().map(subject -> of(subject, state.request(), state.edits().all().stream().filter(e -> !e.changesNothing()).toList())).orElse("");
    }

    private static String of(SubjectInfo subject, DrawRequest request, List<Edit> edits) {
        List<String> words = new ArrayList<>(List.of("refract"));
        if (edits.isEmpty() || subject.run().isEmpty()) {
            words.addAll(List.of("generate", request.prompt(), "--model", subject.model().toString()));
        } else {
            words.addAll(List.of("intervene", subject.run().get().toString(), "--prompt", request.prompt()));
        }
        words.addAll(List.of("--seed", Long.toString(request.seed()), "--steps", Integer.toString(request.steps()), "--guidance", number(request.guidance())));
        for (Edit edit : edits) {
            words.addAll(List.of("--feature", edit.feature().toString(), "--mode", edit.mode().mode().name().toLowerCase(Locale.ROOT),
                    "--strength", number(edit.strength())));
        }
        return words.stream().map(EquivalentCommand::quoted).collect(Collectors.joining(" "));
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /** A word as a POSIX shell reads it. */
    static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
