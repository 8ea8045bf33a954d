package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services of extensions that fail at each point where Refract calls them: the sentence names the extension, and what is Refract's own stays. */
class HostileServiceTest {

    private static final String VARIANT = "org.refract.api.sae.SaeVariant";
    private static final String FORMAT = "org.refract.api.sae.CheckpointFormat";
    private static final String COMMAND = "org.refract.api.command.Command";
    private static final String RANKED = "<property name=\"service.ranking\" type=\"Integer\" value=\"1000\"/>";

    /** The methods of a variant but its id; what it makes throws when it is used. */
    private static final String USELESS = """
            public String description() { return "useless"; }
            public List<Hyperparameter> hyperparameters() { return List.of(); }
            public Sae create(SaeConfig c, NDArray i, NDArray t, long s, Placement p) { return new Useless(c); }
            public Sae restore(SaeConfig c, Map<String, NDArray> t, Placement p) { return new Useless(c); }
            public SaeTrainer trainer(Sae s, NDArray i, NDArray t, int b) { return new UselessTrainer((Useless) s); }
            """;
    private static final String USELESS_SAE = """
            class Useless implements Sae {
                private final SaeConfig config;
                Useless(SaeConfig config) { this.config = config; }
                public SaeConfig config() { return config; }
                public SparseCodes encode(NDArray x) { throw new IllegalStateException("no codes today"); }
                public NDArray decode(SparseCodes codes) { throw new IllegalStateException(); }
                public NDArray decoder() { throw new IllegalStateException(); }
                public Map<String, NDArray> tensors() { return Map.of(); }
                public void close() { }
            }
            class UselessTrainer implements SaeTrainer {
                private final Useless sae;
                UselessTrainer(Useless sae) { this.sae = sae; }
                public Sae sae() { return sae; }
                public void step(NDArray input, NDArray target) { throw new AssertionError("no step today"); }
                public Map<String, Double> metrics() { return Map.of(); }
                public Map<String, NDArray> state() { return Map.of(); }
                public void restore(Map<String, NDArray> state) { }
                public void close() { }
            }
            """;

    @TempDir
    private Path user;
    private Path extensions;

    @BeforeEach
    void makeTheFolder() throws IOException {
        extensions = Files.createDirectories(user.resolve("extensions"));
    }

    @Test
    void eachIsRefusedWithNameVersionFileAndCause() throws Exception {
        variant("throws", "1.0.0", "public Hostile() { throw new IllegalStateException(\"broken on purpose\"); }", "throws");
        variant("loops", "1.0.0", "public Hostile() { for (long i = 0; ; i++) { if (i < 0) break; } }", "loops");
        variant("exits", "1.0.0", "public Hostile() { System.exit(42); }", "exits");
        variant("badid", "1.0.0", "", "../../My Sae");
        variant("shadow", "9.9.0", "", "topk");
        variant("twice", "0.9.0", "", "twice");
        variant("twice", "1.0.0", "", "twice");
        WrittenExtension.named("org.example.deep", "1.0.0").service("Hostile", VARIANT, "public String id() { return id(); }" + USELESS)
                .type("Useless", USELESS_SAE).into(extensions.resolve("deep.jar"));
        format("format", "refract", "return true;");
        WrittenExtension.named("org.example.silent", "1.0.0").activator("", "").into(extensions.resolve("silent.jar"));
        Path half = Files.write(extensions.resolve("half.jar"), List.of("PK\u0003\u0004 not all of it"));
        Files.setLastModifiedTime(half, FileTime.from(Instant.now().plusSeconds(60)));
        try (Command list = refract("extensions")) {
            assertEquals(0, list.exitCode(), list::output);
            assertFalse(list.output().contains("\tat "), list::output);
            List.of("throws 1.0.0 (throws-1.0.0.jar): Its SAE variant could not be made: java.lang.IllegalStateException: broken on purpose.",
                    "loops 1.0.0 (loops-1.0.0.jar): Its SAE variant could not be made: it did not come back within 1 seconds.",
                    "exits 1.0.0 (exits-1.0.0.jar): Its SAE variant could not be made: java.lang.SecurityException: it tried to end Refract",
                    "badid 1.0.0 (badid-1.0.0.jar): The id of its SAE variant is '../../My Sae'; an id consists of small letters, digits",
                    "deep 1.0.0 (deep.jar): Its SAE variant failed when it was asked for its id: StackOverflowError.",
                    "shadow 9.9.0 (shadow-9.9.0.jar): Its SAE variant 'topk' is refused because Refract itself brings one of that name "
                            + "(org.refract.sae.topk 0.1.0); it needs another id.",
                    "format 1.0.0 (format.jar): Its checkpoint format 'refract' is refused because Refract itself brings one of that name",
                    "twice 0.9.0 (twice-0.9.0.jar): Its SAE variant 'twice' is not used because org.example.twice 1.0.0 (twice-1.0.0.jar) is newer.")
                    .forEach(sentence -> assertTrue(list.output().contains("refused: org.example." + sentence), () -> sentence + "\n" + list.output()));
            assertTrue(list.output().contains("refused: half.jar: It is still being written"), list::output);
            assertTrue(list.output().matches("(?s).*bundle without services\\R +org.example.silent 1.0.0 \\(silent.jar\\).*"), list::output);
            assertTrue(list.output().matches("(?s).*command\\R.* train +org.refract.cli 0.1.0.*"), list::output);
        }
    }

    @Test
    void oneThatDoesNotKnowWhatItKnowsIsPassedOver() throws Exception {
        format("doubts", "aaa", "throw new AssertionError(\"no idea\");");
        try (Command harvest = refract("harvest", "recordings", "--images", "16", "--steps", "1", "--shard", "16", "--point", "unet.mid_block.attentions.0");
                Command train = after(harvest, "train", "recordings/store/unet.mid_block.attentions.0", "--out", "saes", "--latents", "64", "--batch", "64", "--steps", "5");
                Command inspect = after(train, "inspect", "saes/unet.mid_block.attentions.0")) {
            assertEquals(0, inspect.exitCode(), inspect::output);
            assertTrue(inspect.output().contains("topk"), inspect::output);
        }
    }

    @Test
    void anErrorInAStepEndsTheTrainingWithASentenceThatNamesTheExtension() throws Exception {
        variant("useless", "1.2.3", "", "useless");
        try (Command train = refract("train", "--synthetic", "width=8,features=16,active=2", "--variant", "useless", "--out", "saes", "--latents", "16", "--batch", "16",
                "--steps", "5")) {
            assertEquals(1, train.exitCode(), train::output);
            assertTrue(train.output().contains("The extension org.example.useless 1.2.3 (useless-1.2.3.jar) failed in its SAE variant 'useless' (step): "
                    + "AssertionError: no step today."), train::output);
            assertFalse(train.output().contains("\tat "), train::output);
        }
    }

    @Test
    void aCommandThatFailsIsNamedAndNoneTakesTheNameOfAnother() throws Exception {
        String annotated = "@picocli.CommandLine.Command(name = \"%s\") public class %s implements " + COMMAND + " { public Integer call() { %s } }";
        WrittenExtension.named("org.example.fails", "1.0.0").component("Fails", COMMAND).type("Fails", annotated.formatted("fails", "Fails", "throw new AssertionError(\"not mine\");"))
                .into(extensions.resolve("fails.jar"));
        WrittenExtension.named("org.example.takes", "1.0.0").component("Takes", COMMAND).type("Takes", annotated.formatted("inspect", "Takes", "return 7;"))
                .into(extensions.resolve("takes.jar"));
        try (Command fails = refract("fails"); Command inspect = refract("inspect", "nowhere"); Command help = refract("--help")) {
            assertEquals(1, fails.exitCode(), fails::output);
            assertTrue(fails.output().contains("The command 'fails' of org.example.fails 1.0.0 (fails.jar) failed: not mine"), fails::output);
            assertFalse(fails.output().contains("\tat "), fails::output);
            assertEquals(2, inspect.exitCode(), inspect::output);
            assertEquals(0, help.exitCode(), help::output);
            assertTrue(help.output().contains("'inspect' of org.example.takes 1.0.0 (takes.jar) is left out"), help::output);
        }
    }

    private void variant(String name, String version, String constructor, String id) throws IOException {
        WrittenExtension.named("org.example." + name, version)
                .service("Hostile", VARIANT, RANKED, constructor + "public String id() { return \"" + id + "\"; }" + USELESS).type("Useless", USELESS_SAE)
                .into(extensions.resolve(name + "-" + version + ".jar"));
    }

    private void format(String name, String id, String recognises) throws IOException {
        WrittenExtension.named("org.example." + name, "1.0.0").service("Hostile", FORMAT, RANKED, "public String id() { return \"" + id + "\"; } "
                + "public boolean recognises(Path p) { " + recognises + " } public Checkpoint read(Path p, NDManager o) { throw new AssertionError(); } "
                + "public void write(Checkpoint c, Path p) { throw new AssertionError(); }").into(extensions.resolve(name + ".jar"));
    }

    private Command after(Command first, String... arguments) throws Exception {
        assertEquals(0, first.exitCode(), first::output);
        return refract(arguments);
    }

    private Command refract(String... arguments) throws IOException {
        return Command.start(Product.program(), user,
                Map.of("REFRACT_EXTENSIONS", extensions.toString(), "REFRACT_JAVA_OPTIONS", "-Drefract.extension.seconds=1"), arguments);
    }
}
