package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.RefractException;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.command.ExtensionsCommand;
import org.refract.cli.command.InspectCommand;
import org.refract.cli.command.TrainCommand;
import org.refract.cli.progress.Terminal;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.job.JobQueue;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.StoreManifest;
import org.refract.engine.store.StoreWriter;
import org.refract.engine.tensor.Devices;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.engine.tensor.TorchType;
import org.refract.engine.train.RunLog;

/** {@code refract train} reaches every kind of data, and says in a sentence what cannot be learnt. */
class TrainTest {

    private static final List<String> CLASSES = List.of("org.refract.model.sdxl.SdxlBackend", "org.refract.sae.topk.TopKVariant",
            "org.refract.sae.transcoder.TranscoderVariant", "org.refract.sae.crosscoder.CrosscoderVariant", "org.refract.sae.relu.ReluVariant",
            "org.refract.format.refract.RefractFormat", "org.refract.format.saelens.SaeLensFormat", "org.refract.sae.ksparse.KSparseVariant");

    private final Devices devices = new Devices();
    private final JobQueue jobs = new JobQueue(devices);
    private final List<Object> strangers = new ArrayList<>();
    private StringWriter err = new StringWriter();
    private StringWriter out = new StringWriter();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        jobs.close();
        devices.close();
    }

    /** All that is installed, with the extensions of strangers. */
    private Extensions extensions() throws ReflectiveOperationException {
        Extensions installed = installed();
        if (strangers.isEmpty()) {
            return installed;
        }
        List<Object> all = new ArrayList<>(strangers);
        Extensions.points().forEach(type -> all.addAll(installed.all(type)));
        return Extensions.of(all.toArray());
    }

    /** The container's services, or on a plain class path the same classes made by hand. */
    private static Extensions installed() throws ReflectiveOperationException {
        Optional<Bundle> bundle = Optional.ofNullable(FrameworkUtil.getBundle(TrainTest.class));
        if (bundle.isPresent()) {
            return new Extensions(bundle.get().getBundleContext());
        }
        List<Object> made = new ArrayList<>();
        for (String name : CLASSES) {
            made.add(Class.forName(name).getDeclaredConstructor().newInstance());
        }
        return Extensions.of(made.toArray());
    }

    private int train(Object... words) throws Exception {
        List<Object> all = new ArrayList<>(List.of("train", "--batch", 64, "--steps", 4, "--out", folder.resolve("out")));
        all.addAll(List.of(words));
        return refract(all.toArray());
    }

    private int refract(Object... words) throws Exception {
        err = new StringWriter();
        out = new StringWriter();
        Extensions extensions = extensions();
        Commands commands = new Commands(List.of(new CommandSource("test", "Step by step", new TrainCommand(extensions, jobs)),
                new CommandSource("test", "Look", new InspectCommand(extensions, jobs)),
                new CommandSource("test", "Look", new ExtensionsCommand(extensions))), List.of(), () -> {
                });
        return new CommandLineRun(commands, new PrintWriter(out), new PrintWriter(err), new Terminal(false, 80, 24))
                .run(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    }

    private void learns(String name, Object... words) throws Exception {
        assertEquals(0, train(words), () -> err.toString());
        assertTrue(Files.exists(folder.resolve("out").resolve(name).resolve("sae.json")), () -> Arrays.toString(folder.resolve("out").toFile().list()));
    }

    private void refuses(String sentence, Object... words) throws Exception {
        assertTrue(train(words) != 0);
        assertTrue(err.toString().contains(sentence), err.toString());
    }

    /** Eight recordings of 4 × 4 positions. */
    private Path store(String name, String model, int width, int recordings, long seed) throws RefractException {
        StoreManifest manifest = new StoreManifest(HookPoint.parse("net." + name), model, "sha256:" + model, TorchType.FLOAT32, 1, 4, 4, width, recordings, 4,
                Map.of());
        Path store = folder.resolve(name);
        StoreWriter.begin(store, manifest);
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (int shard = 0; shard < manifest.shards(); shard++) {
                try (StoreWriter writer = StoreWriter.create(store, manifest, shard)) {
                    int vectors = manifest.recordingsOf(shard) * 16;
                    NDArray x = Tensors.of(scope.manager(), new TorchRandom(seed + shard).randn(vectors * width), vectors, width);
                    writer.append(x);
                    writer.commit();
                }
            }
        }
        return store;
    }

    @Test
    void aTranscoderFromOneStoreToAnotherOfOtherWidth() throws Exception {
        Path in = store("in", "m", 8, 8, 1);
        Path to = store("to", "m", 12, 8, 2);
        learns("net.in-to-net.to", in, "--target", to, "--set", "k=4");
        String sidecar = Files.readString(folder.resolve("out/net.in-to-net.to/sae.json"));
        assertTrue(sidecar.contains("\"transcoder\"") && sidecar.contains("net.to:update"), sidecar);
    }

    @Test
    void aReluAutoencoderTranscodesToo() throws Exception {
        learns("net.in-to-net.to", store("in", "m", 8, 8, 1), "--target", store("to", "m", 12, 8, 2), "--variant", "relu");
    }

    @Test
    void aCrosscoderOfThreeStores() throws Exception {
        learns("net.a+net.b+net.c", store("a", "m", 8, 8, 1), store("b", "m", 8, 8, 2), store("c", "n", 8, 8, 3), "--together");
        String sidecar = Files.readString(folder.resolve("out/net.a+net.b+net.c/sae.json"));
        assertTrue(sidecar.contains("\"points\": \"3\"") && sidecar.contains("sha256:n"), sidecar);
    }

    /** What took how long is in files of its own. */
    @Test
    void twoEqualTrainingsLeaveEqualFilesButForTheirClocks() throws Exception {
        Path store = store("in", "m", 8, 8, 1);
        Map<String, String> first = filesOf("first", store);
        assertEquals(first, filesOf("second", store));
        assertTrue(first.keySet().containsAll(List.of("training.json", "net.in/log.jsonl", "net.in/sae.json")), first.keySet().toString());
        String clock = Files.readString(folder.resolve("second/net.in/clock.jsonl"));
        assertTrue(clock.contains("samples_per_second") && !first.get("net.in/log.jsonl").contains("samples_per_second"), clock);
    }

    /** What a training leaves, without its clock and the curves that show it, byte by byte. */
    private Map<String, String> filesOf(String name, Path store) throws Exception {
        learns("net.in", store, "--set", "k=4");
        Path trained = folder.resolve("out");
        Map<String, String> files = new TreeMap<>();
        try (var all = Files.walk(trained)) {
            for (Path file : all.filter(Files::isRegularFile).filter(f -> !f.endsWith("clock.jsonl") && !f.startsWith(trained.resolve("curves"))).toList()) {
                files.put(trained.relativize(file).toString(), new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        Files.move(trained, folder.resolve(name));
        return files;
    }

    @Test
    void aPlantedDictionaryWhoseRecoveryIsLogged() throws Exception {
        learns("planted", "--synthetic", "width=16,features=24,active=2", "--set", "k=2");
        assertTrue(RunLog.read(folder.resolve("out/planted/log.jsonl")).getLast().metrics().get("recovered") > 0);
    }

    @Test
    void aModelStreamsWithoutAStore() throws Exception {
        Path model = new Locations().demo().resolve("turbo");
        learns("unet.mid_block.attentions.0", "--stream", model, "--point", "unet.mid_block.attentions.0", "--mix", 4, "--draw", 2, "--expansion", 1, "--set",
                "k=2");
    }

    @Test
    void dataThatDoNotFitAreASentence() throws Exception {
        Path in = store("in", "m", 8, 8, 1);
        refuses("one of them");
        refuses("one of them", in, "--synthetic", "width=16");
        refuses("belong to --stream", in, "--point", "unet.mid_block.attentions.0");
        refuses("do not hold the same recordings", in, "--target", store("fewer", "m", 8, 4, 2));
        refuses("are of one model", in, "--target", store("other", "n", 8, 8, 2));
        refuses("have one width", in, store("wide", "m", 12, 8, 2), "--together");
        refuses("at least two", in, "--together");
        refuses("needs one store", in, in, "--target", in);
        refuses("such as --variant transcoder", in, "--target", in, "--variant", "topk");
        refuses("such as width=64", "--synthetic", "width");
        refuses("There is no model", "--stream", folder.resolve("nothing"));
        refuses("cannot be 500", in, "--set", "k=500");
        refuses("There is no activation store", folder.resolve("nothing"));
    }

    @Test
    void anEmptyStoreAndAShardCutShortAreASentence() throws Exception {
        Path in = store("in", "m", 8, 8, 1);
        Path shard = in.resolve("shard-00001.safetensors");
        Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 200));
        refuses("damaged", in);
        for (String file : List.of("shard-00000.json", "shard-00001.json")) {
            Files.delete(in.resolve(file));
        }
        refuses("is empty", in);
    }

    @Test
    void aTrainingsFolderSaysWhatItIs() throws Exception {
        learns("net.a", store("a", "m", 8, 8, 1), "--set", "k=4");
        assertEquals(0, refract("inspect", folder.resolve("out")), () -> err.toString());
        assertTrue(out.toString().contains("a training of sparse autoencoders, finished"), out::toString);
        assertTrue(out.toString().matches("(?s).*net\\.a +step 4, explained_variance .*, l0 4\\.000, dead .*"), out::toString);
    }

    @Test
    void anArchitecturesSettingsAreListed() throws Exception {
        assertEquals(0, refract("extensions", "topk"), () -> err.toString());
        assertTrue(out.toString().matches("(?s)(.*\n)?k +10 +an integer above 0, at most the number of latents\n.*"), out::toString);
        assertEquals(2, refract("extensions", "topmost"));
        assertTrue(err.toString().contains("There is no extension 'topmost'; refract extensions lists"), err::toString);
    }

    @Test
    void anotherTrainingInTheFolderIsNamedByWhatDiffers() throws Exception {
        Path store = store("a", "m", 8, 8, 1);
        learns("net.a", store, "--set", "k=4");
        refuses("(k was 4 and is 5)", store, "--set", "k=5");
    }

    @Test
    void aDictionaryOfAnotherToolStandsBesideItsLogAndItsState() throws Exception {
        Object[] words = {"--synthetic", "width=8,features=16,active=2", "--variant", "ksparse", "--latents", 16, "--set", "k=3", "--format", "saelens"};
        for (boolean again : List.of(false, true)) {
            assertEquals(0, train(words), () -> err.toString());
            Path place = folder.resolve("out/planted");
            for (String name : List.of("cfg.json", "sae_weights.safetensors", "log.jsonl", "state/4.safetensors", "../curves/index.html")) {
                assertTrue(Files.isRegularFile(place.resolve(name)), name);
            }
            assertEquals(again, out.toString().contains("was finished before"), out::toString);
        }
        assertEquals(0, refract("inspect", folder.resolve("out")), () -> err.toString());
        assertTrue(out.toString().contains("finished"), out::toString);
    }

    @Test
    void aFormatThatCannotHoldTheArchitectureIsRefusedBeforeTheFirstStep() throws Exception {
        refuses("A Gemma Scope file holds jumprelu autoencoders", "--synthetic", "width=8,features=16,active=2", "--variant", "topk", "--latents", 16,
                "--set", "k=3", "--set", "auxk=4", "--format", "gemmascope");
        assertFalse(Files.exists(folder.resolve("out/planted/log.jsonl")), "no step was done");
    }

    /** Other tools know a closed list of architectures; Refract's own format names any. */
    @Test
    void anArchitectureThatNobodyElseKnowsIsRefusedByEveryOtherFormatBeforeTheFirstStep() throws Exception {
        try (Extensions installed = installed()) {
            strangers.add(new Strange(installed.lease(SaeVariant.class, "topk").get()));
            Object[] words = {"--synthetic", "width=8,features=16,active=2", "--variant", Strange.ID, "--latents", 16, "--set", "k=3", "--set", "auxk=4",
                    "--format"};
            List<String> formats = installed.ids(CheckpointFormat.class).stream().filter(format -> !format.equals("refract")).toList();
            assertFalse(formats.isEmpty());
            for (String format : formats) {
                List<Object> all = new ArrayList<>(List.of(words));
                all.add(format);
                assertEquals(RefractException.USAGE, train(all.toArray()), () -> format + ": " + err);
                String said = err.toString().lines().filter(line -> line.startsWith("refract: ")).findFirst().orElse("");
                assertTrue(said.contains("'" + Strange.ID + "'") && !err.toString().contains("Exception"), () -> format + ": " + err);
                assertFalse(Files.exists(folder.resolve("out")), format);
            }
            List<Object> own = new ArrayList<>(List.of(words));
            own.add("refract");
            learns("planted", own.toArray());
        }
    }

    @Test
    void recordingsWithTheNameOfADictionaryStay() throws Exception {
        Path store = store("x", "net", 8, 8, 1);
        Path there = folder.resolve("out").resolve(ActivationStore.folderName(HookPoint.parse("net.x")));
        Files.createDirectories(there.getParent());
        Files.move(store, there);
        List<Path> before = everything(there);
        for (String format : List.of("refract", "saelens")) {
            refuses("is there and is no training: it holds manifest.json", there, "--variant", "ksparse", "--latents", 16, "--set", "k=3", "--format", format);
            assertEquals(before, everything(there));
        }
    }

    @Test
    void somebodyElsesCurvesStay() throws Exception {
        Path page = Files.createDirectories(folder.resolve("out/curves")).resolve("index.html");
        Files.writeString(page, "<h1>My curves</h1>");
        refuses("index.html is there and was not written by Refract", "--synthetic", "width=8,features=16,active=2", "--set", "k=3");
        assertEquals("<h1>My curves</h1>", Files.readString(page));
    }

    private static List<Path> everything(Path place) throws IOException {
        try (Stream<Path> all = Files.walk(place)) {
            return all.sorted().toList();
        }
    }
}
