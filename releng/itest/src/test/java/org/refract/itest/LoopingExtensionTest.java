package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Extensions that throw, overflow, exit or never come back at one method: the command ends with a sentence that names extension and method. */
class LoopingExtensionTest {

    private static final String FAULTS = """
            public class Faults {
                private static boolean inside;
                static void at(String method) {
                    if (!method.equals(System.getProperty("fault.at"))) return;
                    if (!inside) System.out.println("inside " + method);
                    inside = true;
                    switch (System.getProperty("fault.is")) {
                        case "loops": for (long i = 0; ; i++) { if (i < 0) break; } break;
                        case "sleeps": while (true) { try { Thread.sleep(1000); } catch (InterruptedException e) { } }
                        case "throws": throw new IllegalStateException("on purpose");
                        case "errs": throw new AssertionError("on purpose");
                        case "overflows": at(method);  break;
                        case "exits": System.exit(42);
                    }
                }
            }
            """;
    private static final String VARIANT = """
            public String id() { return "faulty"; }
            public String description() { return "faulty"; }
            public List<Hyperparameter> hyperparameters() { return List.of(); }
            public Sae create(SaeConfig c, NDArray i, NDArray t, long s, Placement p) { Faults.at("create"); return new FaultySae(c, p); }
            public Sae restore(SaeConfig c, Map<String, NDArray> t, Placement p) { Faults.at("restore"); return new FaultySae(c, p); }
            public SaeTrainer trainer(Sae s, NDArray i, NDArray t, int b) { Faults.at("trainer"); return new FaultyTrainer((FaultySae) s); }
            """;
    private static final String SAE = """
            class FaultySae implements Sae {
                private final SaeConfig config;
                private final org.refract.engine.tensor.Scope own;
                private final NDArray w;
                FaultySae(SaeConfig config, Placement place) {
                    this.config = config;
                    own = org.refract.engine.tensor.Scope.open(place);
                    w = own.manager().ones(new ai.djl.ndarray.types.Shape(config.latents(), config.outputWidth()));
                }
                public SaeConfig config() { return config; }
                public SparseCodes encode(NDArray x) {
                    Faults.at("encode");
                    NDManager m = x.getManager();
                    long n = x.getShape().get(0);
                    return new SparseCodes(m.zeros(new ai.djl.ndarray.types.Shape(n, 1), ai.djl.ndarray.types.DataType.INT64),
                            m.ones(new ai.djl.ndarray.types.Shape(n, 1)), config.latents());
                }
                public NDArray decode(SparseCodes codes) { Faults.at("decode"); return codes.values().matMul(w.get("0:1")); }
                public NDArray decoder() { Faults.at("decoder"); return w; }
                public Map<String, NDArray> tensors() { Faults.at("tensors"); return Map.of("W", w); }
                public void close() { own.close(); }
            }
            class FaultyTrainer implements SaeTrainer {
                private final FaultySae sae;
                FaultyTrainer(FaultySae sae) { this.sae = sae; }
                public Sae sae() { return sae; }
                public void step(NDArray input, NDArray target) { Faults.at("step"); }
                public Map<String, Double> metrics() { Faults.at("metrics"); return Map.of("explained_variance", 0.5); }
                public Map<String, NDArray> state() { Faults.at("state"); return Map.of(); }
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
        WrittenExtension.named("org.example.faulty", "1.0.0").type("Faults", FAULTS).service("Faulty", "org.refract.api.sae.SaeVariant", VARIANT)
                .type("FaultySae", SAE).component("Stalls", "org.refract.api.command.Command")
                .type("Stalls", "@picocli.CommandLine.Command(name = \"stalls\") public class Stalls implements org.refract.api.command.Command {"
                        + " public Integer call() { Faults.at(\"call\"); return 0; } }")
                .into(extensions.resolve("faulty.jar"));
    }

    @Test
    void withoutAFaultItTrains() throws Exception {
        try (Command train = train("nowhere", "throws")) {
            assertEquals(0, train.exitCode(), train::output);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "step", "tensors"})
    void aLoopInATrainingEndsAtTheTimeLimit(String method) throws Exception {
        try (Command train = train(method, "loops", "--time-limit", "3")) {
            assertEquals(1, train.exitCode(), train::output);
            // the trainer's result is made of the dictionary's tensors
            String asked = method.equals("tensors") ? "result" : method;
            named(train, "did not come back from its SAE variant 'faulty' (" + asked + ") within 3 seconds, the limit that was set");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"overflows", "exits"})
    void whateverAStepThrowsEndsTheTrainingWithASentence(String fault) throws Exception {
        try (Command train = train("step", fault)) {
            assertEquals(1, train.exitCode(), train::output);
            named(train, "failed in its SAE variant 'faulty' (step): ");
        }
    }

    @Test
    void ctrlCEndsATrainingThatIsStuck() throws Exception {
        try (Command train = train("step", "loops")) {
            train.await(output -> output.contains("inside step"));
            train.signal("INT");
            assertEquals(130, train.exitCode(), train::output);
            named(train, "did not come back from its SAE variant 'faulty' (step) and is left behind");
        }
    }

    @Test
    void aCommandThatSleepsForEverEndsAtTheTimeLimitAndByCtrlC() throws Exception {
        try (Command limited = refract("call", "sleeps", "stalls", "--time-limit", "3"); Command stopped = refract("call", "loops", "stalls")) {
            assertEquals(1, limited.exitCode(), limited::output);
            named(limited, "did not come back from its command 'stalls' within 3 seconds");
            stopped.await(output -> output.contains("inside call"));
            stopped.signal("INT");
            assertEquals(130, stopped.exitCode(), stopped::output);
            named(stopped, "did not come back from its command 'stalls' and is left behind");
        }
    }

    private static void named(Command command, String words) {
        assertTrue(command.output().contains("The extension org.example.faulty 1.0.0 (faulty.jar) " + words), command::output);
        assertFalse(command.output().contains("\tat "), command::output);
    }

    private Command train(String at, String fault, String... more) throws IOException {
        List<String> line = new ArrayList<>(List.of("train", "--synthetic", "width=8,features=16,active=2", "--variant", "faulty", "--out", "saes", "--latents", "16",
                "--batch", "16", "--steps", "5"));
        line.addAll(List.of(more));
        return refract(at, fault, line.toArray(String[]::new));
    }

    private Command refract(String at, String fault, String... arguments) throws IOException {
        return Command.start(Product.program(), user, Map.of("REFRACT_EXTENSIONS", extensions.toString(), "REFRACT_JAVA_OPTIONS",
                "-Drefract.extension.seconds=5 -Dfault.at=" + at + " -Dfault.is=" + fault), arguments);
    }
}
