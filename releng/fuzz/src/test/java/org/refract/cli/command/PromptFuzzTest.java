package org.refract.cli.command;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.refract.engine.unpack.Prompts;
import org.refract.fuzz.Damage;
import org.refract.fuzz.Damaged;
import org.refract.fuzz.Sample;

/** Damaged files of prompts: JSON lines, tables, plain text. */
class PromptFuzzTest {
    private static final String SEED = "20261201";

    private final Damaged lines = kind("prompts-jsonl", "prompts.jsonl", """
            {"prompt": "a red heart", "seed": 7, "steps": 4, "size": "64x64", "negative-prompt": "blurry"}
            {"prompt": "a blue car", "seed": [1, 2], "guidance": 1.5, "lora": ["a.safetensors:0.5"]}
            """);
    private final Damaged table = kind("prompts-csv", "prompts.csv", """
            prompt,seed,steps,guidance
            "a red ""heart"", big",7,4,0
            a blue car,8,,1.5
            """);
    private final Damaged text = kind("prompts-txt", "prompts.txt", "a red heart\n\n# no comment\na blue car\n");
    private final Damaged run = new Damaged("prompts-txt", List.of(new Sample("prompts.txt", "a red heart\na blue car\n".getBytes())), Damage::binary,
            file -> Prompts.of(Optional.of(file), file, 1));

    @Example
    void soundAndKnownFiles() {
        for (Damaged kind : List.of(lines, table, text, run)) {
            kind.known();
        }
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void jsonLines(@ForAll long seed) {
        lines.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void tables(@ForAll long seed) {
        table.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void plainText(@ForAll long seed) {
        text.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void thePromptsOfARun(@ForAll long seed) {
        run.one(seed);
    }

    /** Lines are read, then understood, as the command does. */
    private static Damaged kind(String kind, String name, String sound) {
        return new Damaged(kind, List.of(new Sample(name, sound.getBytes())), Damage::text, file -> {
            for (PromptFile.Line line : PromptFile.read(file)) {
                DrawOptions.of(line.values());
            }
        });
    }
}
