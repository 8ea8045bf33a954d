package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.RefractException;
import org.refract.api.analysis.Feature;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.cli.command.GenerateCommand;
import org.refract.cli.command.InterveneCommand;
import org.refract.pictures.PictureFile;
import org.refract.cli.progress.Terminal;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.job.JobQueue;
import org.refract.engine.tensor.Devices;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.engine.unpack.Preset;
import org.refract.engine.unpack.RunFolder;
import org.refract.engine.unpack.Unpack;
import org.refract.engine.unpack.UnpackOptions;

/** Features of the demo model turned while a LoRA changes it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeatureWithLoraTest {
    private static final List<String> CLASSES = List.of("org.refract.model.sdxl.SdxlBackend", "org.refract.sae.topk.TopKVariant",
            "org.refract.format.refract.RefractFormat", "org.refract.analysis.captions.CaptionLabeler");
    private static final Preset TINY = new Preset("tiny", 24, 1, Map.of("k", "4", "auxk", "16", "lr", "2e-3", "dead_tokens", "4000"), 128, 10, 2, 0, 1);
    private static final HookPoint POINT = new HookPoint("unet.up_blocks.0.attentions.1", Site.UPDATE);
    private static final String LAYER = "lora_unet_up_blocks_0_attentions_0_transformer_blocks_0_attn1_to_v";
    private static final int WIDTH = 160;
    private static final int RANK = 4;

    private final Devices devices = new Devices();
    private final JobQueue jobs = new JobQueue(devices);
    private Extensions extensions;
    private StringWriter err;
    private Path run;
    private Path lora;
    private int alive;

    @TempDir
    static Path folder;

    @BeforeAll
    void learn() throws Exception {
        Optional<Bundle> bundle = Optional.ofNullable(FrameworkUtil.getBundle(FeatureWithLoraTest.class));
        if (bundle.isPresent()) {
            extensions = new Extensions(bundle.get().getBundleContext());
        } else {
            List<Object> made = new ArrayList<>();
            for (String name : CLASSES) {
                made.add(Class.forName(name).getDeclaredConstructor().newInstance());
            }
            extensions = Extensions.of(made.toArray());
        }
        run = folder.resolve("run");
        UnpackOptions options = UnpackOptions.of(new Locations().demo().resolve("turbo"), run).withPreset(TINY).withReport(false).withPoints(List.of(POINT));
        RunFolder learned = devices.executor(Placement.CPU).call(() -> new Unpack(extensions).run(options, Monitor.silent()));
        try (FeatureIndex index = FeatureIndex.open(learned.atlas(POINT))) {
            alive = index.allFeatures().stream().filter(Feature::alive).findFirst().orElseThrow().latent();
        }
        lora = folder.resolve("style.safetensors");
        writeLora();
    }

    private void writeLora() throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put(LAYER + ".lora_down.weight", Tensors.of(scope.manager(), new TorchRandom(1).randn(RANK * WIDTH), RANK, WIDTH));
            tensors.put(LAYER + ".lora_up.weight", Tensors.of(scope.manager(), new TorchRandom(2).randn(WIDTH * RANK), WIDTH, RANK));
            tensors.put(LAYER + ".alpha", Tensors.of(scope.manager(), new float[] {RANK}, 1));
            SafeTensorsWriter.write(lora, Map.of(), tensors);
        }
    }

    @AfterAll
    void close() {
        extensions.close();
        jobs.close();
        devices.close();
    }

    private int run(Object... words) {
        err = new StringWriter();
        Commands commands = new Commands(List.of(new CommandSource("test", "Pictures", new GenerateCommand(extensions, jobs)),
                new CommandSource("test", "Pictures", new InterveneCommand(extensions, jobs))), List.of(), () -> {
                });
        return new CommandLineRun(commands, new PrintWriter(new StringWriter()), new PrintWriter(err), new Terminal(false, 80, 24))
                .run(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    }

    private int[] drawn(String name, Object... words) throws IOException {
        List<Object> all = new ArrayList<>(List.of("generate", "red heart", "--seed", 3, "--steps", 1, "--out", folder.resolve(name)));
        all.addAll(List.of(words));
        assertEquals(0, run(all.toArray()), () -> err.toString());
        return pixels(folder.resolve(name));
    }

    private static int[] pixels(Path file) throws IOException {
        BufferedImage image = ImageIO.read(file.toFile());
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    private String feature(String change) {
        return POINT.path() + "#" + alive + change;
    }

    @Test
    void bothActAndNeitherHidesTheOther() throws IOException {
        int[] plain = drawn("plain.png");
        int[] styled = drawn("styled.png", "--lora", lora);
        int[] turned = drawn("turned.png", "--run", run, "--feature", feature("+30"));
        int[] both = drawn("both.png", "--run", run, "--feature", feature("+30"), "--lora", lora);
        assertTrue(err.toString().contains("learned from the model without its LoRA"), err.toString());
        assertFalse(Arrays.equals(plain, styled));
        assertFalse(Arrays.equals(plain, turned));
        assertFalse(Arrays.equals(both, styled));
        assertFalse(Arrays.equals(both, turned));
        assertArrayEquals(styled, drawn("unchanged.png", "--run", run, "--feature", feature("*1"), "--lora", lora));
        assertArrayEquals(turned, drawn("off.png", "--run", run, "--feature", feature("+30"), "--lora", lora + ":0"));
    }

    @Test
    void thePictureSaysBothAndIsDrawnAgainFromThat() throws IOException, RefractException {
        int[] both = drawn("told.png", "--run", run, "--feature", feature("+30"), "--lora", lora + ":0.5");
        JsonObject record = JsonParser.parseString(PictureFile.text(folder.resolve("told.png")).record().orElseThrow()).getAsJsonObject();
        assertEquals(1, record.getAsJsonArray("feature").size());
        assertEquals(1, record.getAsJsonArray("interventions").size());
        assertEquals(lora + ":0.5", record.getAsJsonArray("lora").get(0).getAsString());
        assertEquals(0, run("generate", "--like", folder.resolve("told.png"), "--out", folder.resolve("again.png")), () -> err.toString());
        assertArrayEquals(both, pixels(folder.resolve("again.png")));
    }

    @Test
    void interveningWithALoraComparesBothPicturesOfIt() throws IOException, RefractException {
        assertEquals(0, run("intervene", "red heart", "--run", run, "--seed", 3, "--steps", 1, "--lora", lora, "--feature", feature("+30"), "--out",
                folder.resolve("pair")), () -> err.toString());
        assertTrue(err.toString().contains("learned from the model without its LoRA"), err.toString());
        assertArrayEquals(drawn("styled.png", "--lora", lora), pixels(folder.resolve("pair").resolve("before.png")));
        assertArrayEquals(drawn("both.png", "--run", run, "--feature", feature("+30"), "--lora", lora), pixels(folder.resolve("pair").resolve("after.png")));
        assertTrue(PictureFile.text(folder.resolve("pair").resolve("after.png")).parameters().orElseThrow().contains("<lora:style:1>"));
    }

    @Test
    void aPictureOfARunIsDrawnAsTheRunWasRecordedAndAnotherWayIsTold() throws IOException, RefractException {
        for (String command : List.of("intervene", "generate")) {
            Path out = folder.resolve("as-recorded-" + command);
            assertEquals(0, run(command, "red heart", "--run", run, "--feature", feature("+30"), "--out", out), () -> err.toString());
            assertFalse(err.toString().contains("recorded"), err.toString());
            Path picture = command.equals("intervene") ? out.resolve("after.png") : out.resolve("red-heart-0.png");
            JsonObject record = JsonParser.parseString(PictureFile.text(picture).record().orElseThrow()).getAsJsonObject();
            assertEquals(1, record.get("steps").getAsInt());
            assertEquals(0, run(command, "red heart", "--run", run, "--feature", feature("+30"), "--steps", 2, "--out", out), () -> err.toString());
            assertTrue(err.toString().contains("not how the run was recorded: steps 2 instead of 1;"), err.toString());
        }
    }

    @Test
    void aDictionaryOfAnotherModelIsRefusedWithALoraToo() throws RefractException {
        assertEquals(2, run("generate", "red heart", "--model", new Locations().demo().resolve("base"), "--run", run, "--feature", feature("+30"), "--lora", lora,
                "--out", folder.resolve("never.png")));
        assertTrue(err.toString().contains("was trained on turbo"), err.toString());
        assertFalse(folder.resolve("never.png").toFile().exists());
    }
}
