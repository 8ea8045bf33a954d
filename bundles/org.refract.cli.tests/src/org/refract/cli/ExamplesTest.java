package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.cli.Examples.Example;
import org.refract.cli.progress.Terminal;
import org.refract.engine.Locations;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.unpack.RunFolder;

/**
 * Every example of README and of the commands' help is run, in the order in which they stand, in a folder that is empty but for the files that this
 * test declares: those of README first, then those of each command. Models are the demo model, and sizes are small; an example that needs something
 * that nobody has declared fails.
 */
class ExamplesTest {
    private static final String POINT = "unet.mid_block.attentions.0";
    private static final String OTHER_POINT = "unet.up_blocks.0.attentions.1";

    /** Lines that are not run here: the build itself, another program, and the window and the folder of extensions, which have their own tests. */
    private static final Set<String> ELSEWHERE = Set.of("mvnw verify", "tensorboard --logdir recordings/saes/curves/tensorboard", "refract workbench",
            "refract extensions install FILE.jar", "refract extensions remove ID");

    /** What a reader puts in for a name in capitals, and smaller sizes. */
    private static final Map<String, String> INSTEAD = Map.ofEntries(Map.entry("STORE", "recordings/store/" + POINT), Map.entry("OTHER", "other"),
            Map.entry("IN", "recordings/store/" + OTHER_POINT), Map.entry("OUT", "recordings/store/" + POINT), Map.entry("cuda:0/fp16", "cpu"),
            Map.entry("4096", "24"), Map.entry(OTHER_POINT + "#123*0", POINT + "#123*0"), Map.entry("5000", "200"), Map.entry("5120,20480", "64,96"), Map.entry("COMMAND", "train"));

    /** Words after which an example is small, by command, where it does not have them. */
    private static final Map<String, List<List<String>>> SMALL = Map.of(
            "unpack", List.of(List.of("--quick"), List.of("--passes", "48"), List.of("--steps", "60"), List.of("--point", POINT)),
            "train", List.of(List.of("--batch", "64"), List.of("--steps", "12")), "eval", List.of(List.of("--samples", "512"), List.of("--pictures", "2")));

    /** Commands that write into the working folder where no {@code --out} is named. */
    private static final Set<String> WRITTEN_HERE = Set.of("generate", "intervene");

    /** Names in the folder, as they stand at the beginning of words. */
    private static final List<String> FILES = List.of("recordings", "grid", "other", "pictures", "photo.jpg", "mask.png", "heart.png", "prompts.csv", "prompts.txt",
            "style.safetensors", "evaluation", "sae_folder", "saes", "for_saelens", "unpacked-emoji-sdxl", "first-look", "heart", "transcoder", "crosscoder", "x");

    private final List<String> failed = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void everyExampleRunsInOrderInAFreshFolder() throws Exception {
        files();
        Set<List<String>> run = new LinkedHashSet<>();
        for (Example example : all()) {
            if (!ELSEWHERE.contains(example.line()) && run.add(example.words())) {
                before(example);
                try {
                    List<String> words = real(example);
                    if (refract(words) != 0) {
                        failed.add(example + "\n  as refract " + String.join(" ", words) + "\n  " + err.toString().strip());
                    }
                } catch (IllegalArgumentException undeclared) {
                    failed.add(example + "\n  " + undeclared.getMessage());
                }
            }
        }
        assertEquals("", String.join("\n", failed));
        try (FeatureIndex index = FeatureIndex.open(new RunFolder(folder.resolve("recordings")).atlas(HookPoint.parse(POINT)))) {
            assertEquals("20", index.facts().further().get("setting_k"), "an atlas that is built by itself says how its dictionary was learnt");
        }
        assertTrue(run.size() > 40, () -> run.size() + " examples were found");
    }

    private List<Example> all() throws Exception {
        List<Example> all = new ArrayList<>(Examples.ofReadme());
        assertEquals(0, refract(List.of("--help")));
        all.addAll(Examples.ofHelp("refract", out.toString()));
        for (ServiceReference<Command> reference : references()) {
            String name = String.valueOf(reference.getProperty(Commands.NAME));
            assertEquals(0, refract(List.of(name, "--help")), name);
            all.addAll(Examples.ofHelp(name, out.toString()));
        }
        assertEquals(0, refract(List.of("completion", "--help")));
        all.addAll(Examples.ofHelp("completion", out.toString()));
        return all;
    }

    /** What a reader has who follows the examples: a photo, a mask, a LoRA, prompts. */
    private void files() throws Exception {
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "jpeg", folder.resolve("photo.jpg").toFile());
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY), "png", folder.resolve("mask.png").toFile());
        Files.writeString(folder.resolve("prompts.csv"), "prompt,seed\nred heart,3\nblue cat,4\n");
        Files.writeString(folder.resolve("prompts.txt"), "red heart\nblue cat\ngreen tree\n");
        try (Scope scope = Scope.open(Placement.CPU)) {
            String layer = "lora_unet_up_blocks_0_attentions_0_transformer_blocks_0_attn1_to_v";
            SafeTensorsWriter.write(folder.resolve("style.safetensors"), Map.of(), Map.of(layer + ".lora_down.weight", Tensors.zeros(scope.manager(), 4, 160),
                    layer + ".lora_up.weight", Tensors.zeros(scope.manager(), 160, 4)));
        }
    }

    /** What stands before an example in no document: a picture to draw again, a dictionary of another tool, one of another seed. */
    private void before(Example example) throws Exception {
        if (example.line().contains("--like heart.png")) {
            prepare("generate", "red heart", "--out", "heart.png");
        }
        if (example.words().contains("OTHER")) {
            prepare("train", "recordings/store/" + POINT, "--latents", "64", "--batch", "64", "--steps", "8", "--seed", "1", "--out", "other");
        }
        if (example.words().contains("sae_folder") && Files.notExists(folder.resolve("sae_folder"))) {
            prepare("convert", "recordings/saes/" + POINT, "sae_folder", "--to", "saelens");
        }
        if (example.line().contains("saes/mid --model")) {
            clear(folder.resolve("saes"));
        }
        if (example.document().startsWith("train") && example.line().contains("--out grid")) {
            clear(folder.resolve("grid"));
        }
        if (example.document().startsWith("convert") && example.line().contains("for_saelens")) {
            clear(folder.resolve("for_saelens"));
        }
    }

    private void prepare(String... words) throws Exception {
        List<String> real = real(new Example("the test", String.join(" ", words), List.of(words)));
        assertEquals(0, refract(real), () -> real + ": " + err);
    }

    private static void clear(Path folder) throws RefractException {
        if (Files.exists(folder)) {
            AtomicFolder.delete(folder);
        }
    }

    /** The words with real files, models and sizes. */
    private List<String> real(Example example) throws Exception {
        String command = example.words().getFirst();
        List<String> words = new ArrayList<>();
        for (String word : example.words()) {
            words.addAll(real(word));
        }
        if (words.contains("--watch")) {
            return words;
        }
        for (List<String> small : SMALL.getOrDefault(command, List.of())) {
            if (!words.contains(small.getFirst())) {
                words.addAll(small);
            }
        }
        if (words.contains("--refiner")) {
            words.addAll(List.of("--refine-strength", "0.3"));
        }
        if (command.equals("unpack")) {
            words.addAll(unpacked(words));
        } else if (WRITTEN_HERE.contains(command) && !words.contains("--out")) {
            words.addAll(List.of("--out", folder.toString()));
        }
        return words;
    }

    /** Of the demo model there is one run, which is asked for by several names and goes on where it is: at its end. Other prompts make another run. */
    private List<String> unpacked(List<String> words) throws IOException {
        Path run = folder.resolve("unpacked-emoji-sdxl");
        if (words.contains("--prompts")) {
            return List.of("--no-report", "--out", folder.resolve("unpacked-sdxl-turbo").toString());
        }
        int out = words.indexOf("--out");
        if (out < 0) {
            return List.of("--out", run.toString());
        }
        Files.createSymbolicLink(Path.of(words.get(out + 1)), run);
        return List.of();
    }

    private List<String> real(String said) throws Exception {
        Path demo = new Locations().demo();
        if (Set.of("MODEL", "DIR", "FILE|DIR", "~/sdxl-turbo", "sdxl-turbo").contains(said)) {
            return List.of(demo.resolve("turbo").toString());
        }
        String word = INSTEAD.getOrDefault(said, said);
        if (word.matches("[A-Z][A-Z|]+")) {
            throw new IllegalArgumentException("nobody has declared what " + word + " stands for");
        }
        if (word.endsWith("/*")) {
            try (Stream<Path> files = Files.list(folder.resolve(word.substring(0, word.length() - 2)))) {
                return files.map(Path::toString).sorted().toList();
            }
        }
        String first = word.replaceFirst("[/:].*", "");
        return List.of(FILES.contains(first) ? folder.resolve(word).toString() : word);
    }

    private static List<ServiceReference<Command>> references() throws Exception {
        BundleContext context = FrameworkUtil.getBundle(ExamplesTest.class).getBundleContext();
        return context.getServiceReferences(Command.class, null).stream().sorted().toList();
    }

    private int refract(List<String> words) throws Exception {
        BundleContext context = FrameworkUtil.getBundle(ExamplesTest.class).getBundleContext();
        Map<ServiceObjects<Command>, Command> made = new HashMap<>();
        List<CommandSource> sources = new ArrayList<>();
        for (ServiceReference<Command> reference : references()) {
            ServiceObjects<Command> service = context.getServiceObjects(reference);
            made.put(service, service.getService());
            sources.add(new CommandSource("test", String.valueOf(reference.getProperty(Commands.GROUP)), made.get(service)));
        }
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        try {
            return new CommandLineRun(new Commands(sources, List.of(), () -> {
            }), new PrintWriter(out), new PrintWriter(err), new Terminal(false, 100, 24)).run(words.toArray(String[]::new));
        } finally {
            made.forEach(ServiceObjects::ungetService);
        }
    }
}
