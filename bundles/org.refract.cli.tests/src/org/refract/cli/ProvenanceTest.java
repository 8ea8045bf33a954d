package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.refract.api.Hyperparameter;
import org.refract.api.Settings;
import org.refract.api.analysis.Analysis;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Finding;
import org.refract.api.analysis.Label;
import org.refract.api.analysis.Labeler;
import org.refract.api.command.Command;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Model;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.progress.Terminal;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.tensor.Devices;
import org.refract.engine.unpack.Preset;
import org.refract.engine.unpack.RunFolder;
import org.refract.engine.unpack.Unpack;
import org.refract.engine.unpack.UnpackOptions;

/** What an extension made names its bundle, version and jar, and every command that needs the extension says so once it is gone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProvenanceTest {
    private static final Preset TINY = new Preset("tiny", 24, 1, Map.of("k", "4", "auxk", "16", "lr", "2e-3", "dead_tokens", "4000"), 128, 10, 2, 0, 1);
    private static final HookPoint POINT = new HookPoint("unet.up_blocks.0.attentions.1", Site.UPDATE);
    private static final String BUNDLE = "org.example.strange";
    private static final String VERSION = "1.2.3";

    private final BundleContext context = FrameworkUtil.getBundle(ProvenanceTest.class).getBundleContext();
    private final Devices devices = new Devices();
    private String hash;
    private RunFolder run;
    private String out;
    private String err;

    @TempDir
    static Path folder;

    @BeforeAll
    void makeARunAndRemoveWhoMadeIt() throws Exception {
        Path jar = folder.resolve("strange.jar");
        jar(jar);
        hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));
        Bundle stranger = context.installBundle(jar.toUri().toString());
        try (Extensions extensions = new Extensions(context)) {
            stranger.start();
            BundleContext its = stranger.getBundleContext();
            its.registerService(SaeVariant.class, new Strange(extensions.lease(SaeVariant.class, "topk").get()), null);
            its.registerService(Labeler.class, new Naming(), null);
            its.registerService(Analysis.class, new Looking(), null);
            Path model = new Locations().demo().resolve("turbo");
            UnpackOptions options = UnpackOptions.of(model, folder.resolve("run")).withPreset(TINY).withReport(false)
                    .withPoints(List.of(POINT)).withVariant(Strange.ID, Map.of()).withLabeler(Strange.ID);
            run = devices.executor(Placement.CPU).call(() -> new Unpack(extensions).run(options, Monitor.silent()));
        } finally {
            stranger.uninstall();
        }
    }

    @AfterAll
    void close() {
        devices.close();
    }

    @Test
    void aDictionaryAnAtlasAndTheRunsRecordNameTheBundleTheVersionAndTheJar() throws Exception {
        String sae = Files.readString(run.sae(POINT).resolve("sae.json"));
        String record = Files.readString(run.record());
        Map<String, String> facts = Map.of("extension", BUNDLE, "extension_version", VERSION, "extension_sha256", hash);
        try (FeatureIndex atlas = FeatureIndex.open(run.atlas(POINT))) {
            Map<String, String> further = atlas.facts().further();
            facts.forEach((name, value) -> {
                assertTrue(sae.contains("\"" + name + "\": \"" + value + "\""), sae);
                assertEquals(value, further.get("sae_" + name), "the architecture's, in the atlas");
                assertEquals(value, further.get("labeler_" + name), "the labeler's, in the atlas");
            });
        }
        assertTrue(record.contains("extension." + BUNDLE) && record.contains(hash + " " + VERSION), record);
        assertTrue(Files.isRegularFile(run.findings().resolve(Strange.ID).resolve("findings.json")), "the analysis ran");
    }

    @Test
    void everyCommandThatNeedsItSaysWhoIsMissing() throws Exception {
        Path sae = run.sae(POINT);
        Path store = run.store().resolve(RunFolder.name(POINT));
        String feature = POINT.path() + "#0=0";
        missing("eval", sae, "--store", store);
        missing("atlas", run.path());
        missing("analyse", run.path(), "blocks");
        missing("explore", "red heart", "--run", run.path());
        missing("intervene", "red heart", "--run", run.path(), "--feature", feature, "--out", folder.resolve("turned"));
        missing("generate", "red heart", "--run", run.path(), "--feature", feature, "--out", folder.resolve("drawn.png"));
        missing("train", store, "--variant", Strange.ID, "--out", run.saes());
        assertFalse(Files.exists(folder.resolve("drawn.png")));
    }

    @Test
    void itsDictionaryIsStillShownAndForNoOtherToolWritten() throws Exception {
        Path sae = run.sae(POINT);
        assertEquals(0, refract("inspect", sae), () -> err);
        assertTrue(out.lines().anyMatch(line -> line.matches("made by +org\\.example\\.strange 1\\.2\\.3, which is not here")), () -> out);
        assertEquals(2, refract("convert", sae, folder.resolve("converted"), "--to", "saelens"), () -> err);
        assertTrue(err.contains("'" + Strange.ID + "'") && err.contains("extension") && !err.contains("\tat "), () -> err);
        assertFalse(Files.exists(folder.resolve("converted")));
    }

    private void missing(Object... words) throws Exception {
        assertEquals(2, refract(words), () -> Arrays.toString(words) + ": " + out + err);
        String said = " is of the SAE variant '%s', made by %s %s, which is not here: put its jar into ".formatted(Strange.ID, BUNDLE, VERSION);
        assertTrue(err.contains(said) && !err.contains("\tat "), () -> Arrays.toString(words) + ": " + err);
    }

    private int refract(Object... words) throws Exception {
        Map<ServiceObjects<Command>, Command> made = new HashMap<>();
        List<CommandSource> sources = new ArrayList<>();
        for (ServiceReference<Command> reference : context.getServiceReferences(Command.class, "(" + Commands.NAME + "=" + words[0] + ")")) {
            ServiceObjects<Command> service = context.getServiceObjects(reference);
            made.put(service, service.getService());
            sources.add(new CommandSource("test", "test", made.get(service)));
        }
        StringWriter said = new StringWriter();
        StringWriter wrong = new StringWriter();
        try {
            return new CommandLineRun(new Commands(sources, List.of(), () -> {
            }), new PrintWriter(said), new PrintWriter(wrong), new Terminal(false, 100, 24))
                    .run(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
        } finally {
            made.forEach(ServiceObjects::ungetService);
            out = said.toString();
            err = wrong.toString();
        }
    }

    /** A bundle without code of its own: its services are registered for it. */
    private static void jar(Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", BUNDLE);
        main.putValue("Bundle-Version", VERSION);
        main.putValue("Import-Package", "org.refract.api.analysis,org.refract.api.sae");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            jar.finish();
        }
    }

    private record Naming() implements Labeler {
        @Override
        public String id() {
            return Strange.ID;
        }

        @Override
        public Session open(List<String> captions) {
            return examples -> Optional.of(new Label("strange", 1, Strange.ID, List.of()));
        }
    }

    private record Looking() implements Analysis {
        @Override
        public String id() {
            return Strange.ID;
        }

        @Override
        public String description() {
            return "a stranger's";
        }

        @Override
        public List<Hyperparameter> hyperparameters() {
            return List.of();
        }

        @Override
        public List<Finding> run(Model model, List<Dictionary> dictionaries, List<String> captions, Settings settings, Monitor monitor) {
            return List.of(new Finding.Table("seen", "Seen", "Captions.", List.of("captions"), List.of(List.of(captions.size()))));
        }
    }
}
