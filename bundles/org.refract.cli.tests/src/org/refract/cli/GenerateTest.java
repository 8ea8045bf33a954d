package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.model.Adapters.Lora;
import org.refract.api.model.ImageRequest;
import org.refract.cli.command.GenerateCommand;
import org.refract.cli.command.InspectCommand;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;
import org.refract.cli.progress.Terminal;
import org.refract.engine.extension.Extensions;
import org.refract.engine.job.JobQueue;
import org.refract.engine.tensor.Devices;

/** The command as a person gives it, with a model that tells pictures apart by what was asked for. */
class GenerateTest {
    private final Hatching models = new Hatching();
    private final Devices devices = new Devices();
    private final JobQueue jobs = new JobQueue(devices);
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @BeforeEach
    void models() throws IOException {
        for (String name : List.of("base", "other", "refiner")) {
            Files.createFile(Files.createDirectories(folder.resolve(name)).resolve("hatching"));
        }
    }

    @AfterEach
    void close() {
        jobs.close();
        devices.close();
    }

    private int run(Object... words) {
        out = new StringWriter();
        err = new StringWriter();
        Extensions extensions = Extensions.of(models);
        Commands commands = new Commands(List.of(new CommandSource("test", "Pictures", new GenerateCommand(extensions, jobs)),
                new CommandSource("test", "Look", new InspectCommand(extensions, jobs))), List.of(), () -> {
                });
        return new CommandLineRun(commands, new PrintWriter(out), new PrintWriter(err), new Terminal(false, 80, 24))
                .run(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    }

    private void draw(Object... words) {
        List<Object> all = new ArrayList<>(List.of("generate", "--model", folder.resolve("base")));
        all.addAll(List.of(words));
        assertEquals(0, run(all.toArray()), () -> err.toString());
    }

    private List<String> files(Path in) throws IOException {
        try (Stream<Path> files = Files.list(in)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private List<Long> seeds() {
        return models.asked.stream().flatMap(r -> r.seeds().stream()).toList();
    }

    private ImageRequest last() {
        return models.asked.getLast();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg", "a.webp"})
    void aRestoredRequestGivesTheSameBytesAgain(String name) throws IOException {
        Path photo = folder.resolve("photo.png");
        ImageIO.write(new BufferedImage(40, 24, BufferedImage.TYPE_INT_RGB), "png", photo.toFile());
        Path lora = Files.write(folder.resolve("style.safetensors"), new byte[64]);
        Path first = folder.resolve(name);
        draw("ein \u201eHerz\u201c, (sehr:1.2) \u2764", "--out", first, "--seed", 9, "--steps", 5, "--guidance", 4.5, "--negative", "", "--guidance-rescale", 0.7,
                "--guidance-until", 0.8, "--scheduler", "DPM++ 2M Karras", "--clip-skip", 1, "--weighting", "a1111", "--long-prompts", "cut", "--prompt2", "x=y, z",
                "--original-size", "100x50", "--crop", "1,2", "--negative-crop", "3,4", "--vae-tiling", "--image", photo, "--image-strength", 0.5, "--mask", photo,
                "--mask-blur", 1.5, "--fit", "pad", "--lora", lora + ":-0.5", "--lora", lora, "--count", 1);
        Path again = folder.resolve("again-" + name);
        assertEquals(0, run("generate", "--like", first, "--out", again), () -> err.toString());
        assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(again));
        assertEquals(List.of(new Lora(lora, -0.5), new Lora(lora, 1)), models.opened.getLast().loras());
        assertFalse(err.toString().contains("Not restored"), err.toString());
    }

    @Test
    void whatIsSaidHereOverridesThePicture() {
        Path first = folder.resolve("a.png");
        draw("a cat", "--out", first, "--seed", 9, "--steps", 5, "--size", "64x32");
        draw("--like", first, "a dog", "--steps", 7, "--aspect", "1:1", "--out", folder.resolve("b.png"));
        assertEquals(List.of("a dog"), last().prompts());
        assertEquals(List.of(9L), last().seeds());
        assertEquals(7, last().steps());
        assertEquals(32, last().width());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"prompt\": \"a\", \"steps\": \"x\"}", "{\"prompt\":", "[]", "{\"prompt\": \"a\", \"width\": 1e99, \"height\": 5}"})
    void aRecordThatMakesNoSenseIsASentenceThatNamesThePicture(String record) throws IOException, RefractException {
        Files.write(folder.resolve("odd.png"), PictureFile.bytes(folder.resolve("odd.png"), new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), PictureText.of("", record)));
        assertNotEquals(0, run("generate", "--model", folder.resolve("base"), "--like", folder.resolve("odd.png"), "--out", folder.resolve("a.png")));
        assertTrue(err.toString().contains("odd.png"), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals(List.of(), models.asked);
    }

    @Test
    void theLargestSeedIsKeptInNamesRecordsAndFilesOfPrompts() throws IOException {
        String seed = "18446744073709551615";
        draw("a cat", "--seed", seed, "--out", folder.resolve("o"), "--json");
        assertEquals(List.of(-1L), last().seeds());
        assertTrue(out.toString().contains("\"seed\":" + seed), out.toString());
        assertEquals(List.of("a-cat-" + seed + ".png"), files(folder.resolve("o")));
        draw("--like", folder.resolve("o").resolve("a-cat-" + seed + ".png"), "--out", folder.resolve("p.png"));
        assertEquals(List.of(-1L), last().seeds());
        Path lines = Files.writeString(folder.resolve("lines.jsonl"), "{\"prompt\": \"a dog\", \"seed\": " + seed + "}\n");
        draw("--from", lines, "--out", folder.resolve("q"));
        assertEquals(List.of("a-dog-" + seed + ".png"), files(folder.resolve("q")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a red heart", "a red heart\nSteps: 3, Sampler: Euler, CFG scale: 4", "Steps: 3, Sampler: Euler, CFG scale: 4, Seed: -1"})
    void withoutTheSeedNothingIsDrawnUnlessItIsSaid(String parameters) throws IOException, RefractException {
        Path like = folder.resolve("like.png");
        Files.write(like, PictureFile.bytes(like, new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), new PictureText(Optional.of(parameters), Optional.empty(), Optional.empty(), Map.of())));
        assertEquals(2, run("generate", "--model", folder.resolve("base"), "--like", like, "--out", folder.resolve("a.png")));
        assertTrue(err.toString().contains("The seed of " + like + " is not known") && err.toString().contains("--seed"), err.toString());
        assertEquals(List.of(), models.asked);
        draw("--like", like, "--seed", 5, "--out", folder.resolve("a.png"));
        assertEquals(List.of(5L), last().seeds());
    }

    @Test
    void withoutThePromptOfAGraphNothingIsDrawnUnlessItIsSaid() throws IOException, RefractException {
        Path like = folder.resolve("like.png");
        String graph = "{\"3\": {\"class_type\": \"KSampler\", \"inputs\": {\"seed\": 7, \"steps\": 3, \"positive\": [\"6\", 0], \"latent_image\": [\"5\", 0]}}, "
                + "\"6\": {\"class_type\": \"CLIPTextEncode\", \"inputs\": {\"text\": [\"8\", 0]}}, \"8\": {\"class_type\": \"AskSomebody\", \"inputs\": {}}}";
        Files.write(like, PictureFile.bytes(like, new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), PictureText.NONE));
        insert(like, "prompt", graph);
        assertEquals(2, run("generate", "--model", folder.resolve("base"), "--like", like, "--out", folder.resolve("a.png")));
        assertTrue(err.toString().contains("AskSomebody"), err.toString());
        assertEquals(List.of(), models.asked);
        draw("--like", like, "a red heart", "--out", folder.resolve("a.png"));
        assertEquals(List.of("a red heart"), last().prompts());
        assertEquals(List.of(7L), last().seeds());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"lora\": [\"FILE:0.5\"]", "\"embedding\": [\"FILE\"]", "\"vae\": \"FILE\"", "\"image\": \"FILE\", \"mask\": \"FILE\"", "\"refiner\": \"FILE\", \"handoff\": 0.5",
        "\"model_path\": \"FILE\"", "\"run\": \"FILE\", \"feature\": [\"unet.mid_block#3*2\"]"})
    void filesThatOnlyAPictureNamesAreNotOpened(String named) throws IOException, RefractException {
        Path like = folder.resolve("like.png");
        Path secret = Files.writeString(folder.resolve("secret of somebody"), "root:x:0:0");
        Files.write(like, PictureFile.bytes(like, new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB),
                PictureText.of("a", "{\"prompt\": \"a\", \"seed\": 3, " + named.replace("FILE", secret.toString()) + "}")));
        List<Object> call = new ArrayList<>(List.of("generate", "--like", like, "--out", folder.resolve("a.png")));
        if (!named.contains("model_path")) {
            call.addAll(List.of("--model", folder.resolve("base")));
        }
        assertEquals(2, run(call.toArray()));
        assertTrue(err.toString().contains("'" + secret) && err.toString().contains("--named-files"), err.toString());
        assertEquals(List.of(), models.asked);
        assertEquals(List.of(), models.opened);
        if (!named.contains("model_path")) {
            call.addAll(List.of("--named-files", "leave"));
            assertEquals(0, run(call.toArray()), () -> err.toString());
            assertTrue(err.toString().contains("Left out") && err.toString().contains(secret.toString()), err.toString());
            assertEquals(List.of(), models.opened.getLast().loras());
            assertEquals(List.of(3L), last().seeds());
        }
    }

    @Test
    void filesThatAPictureNamesAreOpenedForWhoeverTrustsItAndForWhoeverDrewWithThem() throws IOException, RefractException {
        Path lora = Files.write(folder.resolve("style.safetensors"), new byte[64]);
        Path like = folder.resolve("like.png");
        Files.write(like, PictureFile.bytes(like, new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), PictureText.of("a", "{\"prompt\": \"a\", \"seed\": 3, \"lora\": [\"" + lora + ":0.5\"]}")));
        assertEquals(2, run("generate", "--model", folder.resolve("base"), "--like", like, "--out", folder.resolve("a.png")));
        draw("--like", like, "--named-files", "open", "--out", folder.resolve("a.png"));
        assertEquals(List.of(new Lora(lora, 0.5)), models.opened.getLast().loras());
        draw("--like", like, "--out", folder.resolve("b.png"));
        assertEquals(List.of(new Lora(lora, 0.5)), models.opened.getLast().loras());
    }

    /** Puts a text into a PNG file, as other programs write it. */
    private static void insert(Path png, String keyword, String text) {
        try {
            byte[] plain = Files.readAllBytes(png);
            byte[] content = (keyword + "\0" + text).getBytes(StandardCharsets.ISO_8859_1);
            ByteBuffer longer = ByteBuffer.allocate(plain.length + 12 + content.length).put(plain, 0, 33).putInt(content.length).put("tEXt".getBytes(StandardCharsets.US_ASCII))
                    .put(content).putInt(0).put(plain, 33, plain.length - 33);
            Files.write(png, longer.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void emptyParametersSayNothing() throws IOException, RefractException {
        Files.write(folder.resolve("empty.png"), PictureFile.bytes(folder.resolve("empty.png"), new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB),
                new PictureText(Optional.of(" "), Optional.empty(), Optional.empty(), Map.of())));
        assertEquals(2, run("generate", "--like", folder.resolve("empty.png")));
    }

    @Test
    void whatChangesNothingIsSaidOnceAlsoInJson() {
        draw("a cat", "a dog", "--quality", 50, "--preview", 50, "--json", "--out", folder.resolve("o"));
        List<String> notes = JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonArray("notes").asList().stream().map(n -> n.getAsString()).toList();
        assertEquals(List.of("--quality changes nothing: it is of JPEG files.", "--preview 50 shows nothing: there are %d steps.".formatted(last().steps())), notes);
        notes.forEach(note -> assertEquals(1, err.toString().lines().filter(note::equals).count(), err.toString()));
        draw("a cat", "a dog", "--quality", 50, "--json-lines", "--out", folder.resolve("p"));
        List<Boolean> noted = out.toString().lines().map(line -> JsonParser.parseString(line).getAsJsonObject().has("notes")).toList();
        assertEquals(List.of(true, false), noted);
    }

    @Test
    void anotherModelIsSaid() {
        Path first = folder.resolve("a.png");
        draw("a cat", "--out", first);
        assertEquals(0, run("generate", "--like", first, "--model", folder.resolve("other"), "--out", folder.resolve("b.png")), () -> err.toString());
        assertTrue(err.toString().contains("It was drawn with another model, base"), err.toString());
    }

    @Test
    void eachPromptIsDrawnWithEachSeedOfAList() throws IOException {
        draw("a cat", "a dog", "--seed", "1,5-6", "--out", folder.resolve("o"));
        assertEquals(List.of("a-cat-1.png", "a-cat-5.png", "a-cat-6.png", "a-dog-1.png", "a-dog-5.png", "a-dog-6.png"), files(folder.resolve("o")));
    }

    @Test
    void oneSeedIsCountedOnOverPromptsAndCount() {
        draw("a cat", "a dog", "--seed", 7, "--count", 2, "--out", folder.resolve("o"));
        assertEquals(List.of(7L, 8L, 9L, 10L), seeds());
    }

    @Test
    void aRandomSeedIsRecorded() throws RefractException {
        Path file = folder.resolve("a.png");
        draw("a cat", "--seed", -1, "--out", file);
        JsonObject record = JsonParser.parseString(PictureFile.text(file).record().orElseThrow()).getAsJsonObject();
        assertEquals(seeds(), List.of(record.get("seed").getAsLong()));
        draw("a cat", "--seed", -1, "--out", file);
        assertNotEquals(seeds().getFirst(), seeds().getLast());
    }

    @Test
    void batchesChangeNoPicture() throws IOException {
        draw("a", "b", "c", "--out", folder.resolve("one"));
        draw("a", "b", "c", "--out", folder.resolve("two"), "--batch", 2);
        assertEquals(2, models.asked.get(3).prompts().size());
        for (String name : files(folder.resolve("one"))) {
            assertArrayEquals(Files.readAllBytes(folder.resolve("one").resolve(name)), Files.readAllBytes(folder.resolve("two").resolve(name)));
        }
    }

    @Test
    void equalNamesDoNotOverwriteEachOther() throws IOException {
        draw("a!", "a?", "--name-pattern", "{prompt}", "--out", folder.resolve("o"));
        assertEquals(List.of("a-2.png", "a.png"), files(folder.resolve("o")));
    }

    @Test
    void linesOfAFileHaveOptionsOfTheirOwn() throws IOException {
        Path file = Files.writeString(folder.resolve("p.jsonl"), """
                {"prompt": "a cat", "steps": 9, "vae_tiling": true, "lora": []}
                {"prompt": "a dog", "seed": "4,5", "size": "64x32"}

                {"prompt": "a cow"}
                """);
        draw("--from", file, "--steps", 2, "--seed", 7, "--out", folder.resolve("o"));
        assertEquals(List.of(9, 2, 2, 2), models.asked.stream().map(ImageRequest::steps).toList());
        assertEquals(List.of(7L, 4L, 5L, 8L), seeds());
        assertEquals(Optional.of("true"), models.asked.getFirst().options().text("vae_tiling"));
        assertEquals(64, models.asked.get(1).width());
    }

    @Test
    void aTableOfPromptsIsReadAsSpreadsheetsWriteIt() throws IOException {
        Path file = Files.writeString(folder.resolve("p.csv"), "\ufeffprompt,Steps,negative\r\n\"a \"\"big\"\", cat\r\nwith a hat\",5,\r\na dog,,\"x, y\"\r\n");
        draw("--from", file, "--guidance", 3, "--out", folder.resolve("o"));
        assertEquals(List.of("a \"big\", cat\r\nwith a hat"), models.asked.getFirst().prompts());
        assertEquals(5, models.asked.getFirst().steps());
        assertEquals(List.of(), models.asked.getFirst().negativePrompts());
        assertEquals(List.of("x, y"), last().negativePrompts());
    }

    @Test
    void linesOfPlainTextArePrompts() throws IOException {
        Path file = Files.writeString(folder.resolve("p.txt"), "# animals\na cat\n\n a dog \n");
        draw("--from", file, "--out", folder.resolve("o"));
        assertEquals(List.of("a cat", "a dog"), models.asked.stream().map(r -> r.prompts().getFirst()).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"prompt\": \"x\", \"stepz\": 3}", "{\"prompt\": \"x\", \"steps\": \"many\"}", "{\"prompt\": \"x\", \"steps\": 0}", "{\"steps\": 3}",
        "{\"prompt\": \"x\"", "{\"prompt\": \"x\", \"device\": \"cpu\"}", "{\"prompt\": \"x\", \"image\": \"missing.png\"}",
        "{\"prompt\": \"x\", \"lora\": \"a\\u0000b\"}", "{\"prompt\": \"x\", \"image\": \"a\\u0000b\"}", "[1]", "{\"prompt\": {}}"})
    void aBadLineIsASentenceWithItsPlaceBeforeAnythingIsDrawn(String line) throws IOException {
        Path file = Files.writeString(folder.resolve("p.jsonl"), "{\"prompt\": \"a cat\"}\n" + line + "\n");
        assertEquals(2, run("generate", "--model", folder.resolve("base"), "--from", file, "--out", folder.resolve("o")), () -> err.toString());
        assertTrue(err.toString().contains("p.jsonl:2"), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals(List.of(), models.asked);
        assertFalse(Files.exists(folder.resolve("o")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text,steps\na,3\n", "prompt,steps\na,3,4\n", "prompt,steps\n\"a,3\n", "prompt\n", ""})
    void aTableThatCannotBeReadIsASentence(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("p.csv"), text);
        assertEquals(2, run("generate", "--model", folder.resolve("base"), "--from", file, "--out", folder.resolve("o")), () -> err.toString());
        assertTrue(err.toString().contains("p.csv"), err.toString());
        assertEquals(List.of(), models.asked);
    }

    @Test
    void aPlaceThatPicturesCannotGoToIsToldBeforeTheyAreDrawn() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertEquals(2, run("generate", "a", "--model", folder.resolve("base"), "--out", file.resolve("deep/x.png")), () -> err.toString());
        assertTrue(err.toString().contains("file is a file, not a folder"), err.toString());
        assertEquals(List.of(), models.asked);
    }

    @Test
    void aPictureThatWasCutOffIsDrawnAgain() throws IOException {
        draw("a", "b", "--out", folder.resolve("o"));
        Path file = folder.resolve("o").resolve("a-0.png");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 20));
        int before = models.asked.size();
        draw("a", "b", "--out", folder.resolve("o"), "--resume");
        assertEquals(before + 1, models.asked.size());
        assertArrayEquals(whole, Files.readAllBytes(file));
    }

    @Test
    void whatWasDrawnBeforeAFailureStaysAndIsNotDrawnAgain() throws IOException {
        Path file = Files.writeString(folder.resolve("p.txt"), "a cat\na dog\n" + Hatching.BREAKS + "\na cow\n");
        assertEquals(1, run("generate", "--model", folder.resolve("base"), "--from", file, "--out", folder.resolve("o")));
        assertEquals(List.of("a-cat-0.png", "a-dog-1.png"), files(folder.resolve("o")));
        Files.writeString(file, "a cat\na dog\na pig\na cow\n");
        models.asked.clear();
        draw("--from", file, "--out", folder.resolve("o"), "--resume");
        assertEquals(List.of("a pig", "a cow"), models.asked.stream().map(r -> r.prompts().getFirst()).toList());
        models.asked.clear();
        draw("--from", file, "--out", folder.resolve("o"), "--resume", "--steps", 9);
        assertEquals(4, models.asked.size());
    }

    private static final String LONG = "a portrait of a very old lighthouse keeper with a long white beard, at";

    @Test
    void promptsThatBeginAlikeGetPicturesOfTheirOwnFromCallToCall() throws IOException {
        List<List<String>> there = new ArrayList<>();
        for (int call = 0; call < 2; call++) {
            for (String end : List.of(" dawn", " night")) {
                draw(LONG + end, "--seed", 5, "--out", folder.resolve("o"));
                there.add(files(folder.resolve("o")));
            }
        }
        assertEquals(List.of(1, 2, 2, 2), there.stream().map(List::size).toList(), "the same bytes again are the same file");
        assertTrue(there.getLast().stream().anyMatch(name -> name.endsWith("-5-2.png")), there::toString);
        models.asked.clear();
        for (String end : List.of(" night", " dawn", " noon")) {
            draw(LONG + end, "--seed", 5, "--out", folder.resolve("o"), "--resume");
        }
        assertEquals(List.of(LONG + " noon"), models.asked.stream().map(r -> r.prompts().getFirst()).toList(), "a resumed call knows its own");
        assertEquals(3, files(folder.resolve("o")).size());
    }

    @Test
    void aPictureOfSomebodyElseStays() throws IOException {
        Path photo = folder.resolve("a-0.png");
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", photo.toFile());
        byte[] before = Files.readAllBytes(photo);
        draw("a", "--out", folder);
        assertTrue(Files.exists(folder.resolve("a-0-2.png")));
        int asked = models.asked.size();
        assertEquals(2, run("generate", "a", "--model", folder.resolve("base"), "--out", photo));
        assertTrue(err.toString().contains("does not say that Refract drew it"), err.toString());
        assertEquals(asked, models.asked.size(), "told before anything is drawn");
        assertArrayEquals(before, Files.readAllBytes(photo));
        Path mine = folder.resolve("mine.png");
        draw("a", "--out", mine);
        draw("b", "--out", mine);
        assertTrue(err.toString().contains("mine.png held a picture of Refract that was drawn in another way"), err.toString());
        Path beside = Files.write(folder.resolve("mine-base.png"), before);
        assertEquals(2, run("generate", "a", "--model", folder.resolve("base"), "--refiner", folder.resolve("refiner"), "--refine-strength", 0.3, "--out", mine));
        assertArrayEquals(before, Files.readAllBytes(beside));
    }

    @Test
    void previewsReplaceNothingAndDeleteOnlyWhatTheyWrote() throws IOException {
        Path mine = Files.writeString(Files.createDirectories(folder.resolve("o")).resolve("a-preview.png"), "mine");
        Path kept = Files.writeString(Files.createDirectories(folder.resolve("p")).resolve("a-001.png"), "mine");
        draw("a cat", "--preview", 2, "--out", folder.resolve("o/a.png"));
        draw("a cat", "--preview-to", folder.resolve("p"), "--out", folder.resolve("o/a.png"));
        assertEquals("mine", Files.readString(mine));
        assertEquals("mine", Files.readString(kept));
        assertEquals(List.of("a-preview.png", "a.png"), files(folder.resolve("o")));
        assertEquals(List.of("a-001-2.png", "a-001.png", "a-002.png", "a-003.png"), files(folder.resolve("p")));
    }

    @Test
    void aModelIsOpenedOnceForAllLinesThatNeedIt() throws IOException {
        Path file = Files.writeString(folder.resolve("p.jsonl"), "{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}\n{\"prompt\": \"c\", \"model\": \""
                + folder.resolve("other") + "\"}\n");
        draw("--from", file, "--out", folder.resolve("o"));
        assertEquals(2, models.opened.size());
    }

    @Test
    void thePictureBeforeTheRefinerIsKept() throws IOException, RefractException {
        Path file = folder.resolve("a.png");
        draw("a cat", "--refiner", folder.resolve("refiner"), "--refine-strength", 0.3, "--out", file, "--json");
        JsonObject told = JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonArray("pictures").get(0).getAsJsonObject();
        Path before = Path.of(told.get("base_file").getAsString());
        assertEquals(folder.resolve("a-base.png"), before);
        assertTrue(PictureFile.text(file).parameters().orElseThrow().contains("Refiner: refiner"));
        draw("a cat", "--out", folder.resolve("alone.png"));
        BufferedImage alone = ImageIO.read(folder.resolve("alone.png").toFile());
        BufferedImage kept = ImageIO.read(before.toFile());
        assertArrayEquals(alone.getRGB(0, 0, 32, 32, null, 0, 32), kept.getRGB(0, 0, 32, 32, null, 0, 32));
    }

    @Test
    void aPhotoIsDrawnInTheShapeNearestToIt() throws IOException {
        Path photo = folder.resolve("photo.jpg");
        ImageIO.write(new BufferedImage(400, 200, BufferedImage.TYPE_INT_RGB), "jpg", photo.toFile());
        draw("a cat", "--image", photo, "--out", folder.resolve("a.png"));
        assertEquals(48, last().width());
        assertEquals(24, last().height());
        assertEquals(0.75, last().start().orElseThrow().strength());
        draw("a cat", "--image", photo, "--size", 64, "--out", folder.resolve("a.png"));
        assertEquals(64, last().width());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAMaskKeepsStaysToThePixel(boolean refined) throws IOException {
        BufferedImage photo = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        BufferedImage mask = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 32 * 32; i++) {
            photo.setRGB(i % 32, i / 32, i * 0x3F1D);
            mask.setRGB(i % 32, i / 32, i % 32 < 16 ? 0 : 0xFFFFFF);
        }
        ImageIO.write(photo, "png", folder.resolve("photo.png").toFile());
        ImageIO.write(mask, "png", folder.resolve("mask.png").toFile());
        Path file = folder.resolve("a.png");
        List<Object> arguments = new ArrayList<>(List.of("a cat", "--image", folder.resolve("photo.png"), "--mask", folder.resolve("mask.png"), "--out", file));
        if (refined) {
            arguments.addAll(List.of("--refiner", folder.resolve("refiner"), "--refine-strength", 0.3));
        }
        draw(arguments.toArray());
        for (Path drawn : refined ? List.of(file, folder.resolve("a-base.png")) : List.of(file)) {
            BufferedImage picture = ImageIO.read(drawn.toFile());
            assertArrayEquals(photo.getRGB(0, 0, 16, 32, null, 0, 16), picture.getRGB(0, 0, 16, 32, null, 0, 16));
            assertFalse(Arrays.equals(photo.getRGB(16, 0, 16, 32, null, 0, 16), picture.getRGB(16, 0, 16, 32, null, 0, 16)));
        }
    }

    /** A photo of 100 x 80 pixels and a mask of the pixels from 40,30 to 60,50; files {@code photo.png} and {@code mask.png}. */
    private BufferedImage photoWithMask() throws IOException {
        BufferedImage photo = new BufferedImage(100, 80, BufferedImage.TYPE_INT_RGB);
        BufferedImage mask = new BufferedImage(100, 80, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 100 * 80; i++) {
            photo.setRGB(i % 100, i / 100, i * 0x3F1D & 0xFFFFFF);
            mask.setRGB(i % 100, i / 100, i % 100 >= 40 && i % 100 < 60 && i / 100 >= 30 && i / 100 < 50 ? 0xFFFFFF : 0);
        }
        ImageIO.write(photo, "png", folder.resolve("photo.png").toFile());
        ImageIO.write(mask, "png", folder.resolve("mask.png").toFile());
        return photo;
    }

    @Test
    void anEmptyNameIsNotTheFolderThatOneIsIn() {
        assertEquals(2, run("inspect", ""));
        assertTrue(err.toString().contains("the name of a file or folder is empty"), () -> err.toString());
    }

    @Test
    void onlyThePartAroundAMaskIsDrawnAndPutBackIntoThePhoto() throws IOException {
        BufferedImage photo = photoWithMask();
        Path file = folder.resolve("a.png");
        draw("a cat", "--image", folder.resolve("photo.png"), "--mask", folder.resolve("mask.png"), "--mask-padding", 8, "--mask-blur", 1, "--size", 64, "--out", file);
        assertEquals(64, last().width());
        BufferedImage picture = ImageIO.read(file.toFile());
        assertEquals(100, picture.getWidth());
        assertEquals(80, picture.getHeight());
        int changed = 0;
        for (int i = 0; i < 100 * 80; i++) {
            boolean near = i % 100 >= 36 && i % 100 < 64 && i / 100 >= 26 && i / 100 < 54;
            boolean same = photo.getRGB(i % 100, i / 100) == picture.getRGB(i % 100, i / 100);
            assertTrue(same || near, "pixel " + i % 100 + "," + i / 100);
            changed += same ? 0 : 1;
        }
        assertTrue(changed > 390, () -> "the marked pixels are drawn anew");
        Path again = folder.resolve("again.png");
        assertEquals(0, run("generate", "--like", file, "--out", again), () -> err.toString());
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again));
        assertEquals(0, run("inspect", file, "--json"), () -> err.toString());
        JsonObject record = JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonObject("drawn with");
        assertEquals(8, record.get("mask-padding").getAsInt());
    }

    @Test
    void aPhotoIsDrawnOnBeyondItsEdgesAndStaysItselfButForWhatIsMarked() throws IOException {
        BufferedImage photo = photoWithMask();
        Path file = folder.resolve("a.png");
        draw("a cat", "--image", folder.resolve("photo.png"), "--outpaint", "8,0,20,16", "--size", "128x96", "--out", file);
        assertEquals(1, last().start().orElseThrow().strength());
        BufferedImage picture = ImageIO.read(file.toFile());
        assertEquals(128, picture.getWidth());
        assertEquals(96, picture.getHeight());
        for (int i = 0; i < 100 * 80; i++) {
            assertEquals(photo.getRGB(i % 100, i / 100), picture.getRGB(8 + i % 100, i / 100), "pixel " + i % 100 + "," + i / 100);
        }
        assertTrue(picture.getRGB(127, 10) != photo.getRGB(99, 10), "the margin is drawn");
        draw("--like", file, "--mask", folder.resolve("mask.png"), "--out", folder.resolve("b.png"));
        BufferedImage marked = ImageIO.read(folder.resolve("b.png").toFile());
        assertEquals(photo.getRGB(10, 10), marked.getRGB(18, 10));
        assertTrue(photo.getRGB(50, 40) != marked.getRGB(58, 40), "what is marked is drawn anew");
        draw("a cat", "--image", folder.resolve("photo.png"), "--outpaint", 14, "--mask-padding", 0, "--mask-blur", 1, "--out", file);
        assertEquals(128, ImageIO.read(file.toFile()).getWidth());
        assertEquals(108, ImageIO.read(file.toFile()).getHeight());
    }

    @Test
    void howTheWebUiDrewAroundAMaskIsDoneWithTheFilesThatAreNamed() throws IOException, RefractException {
        photoWithMask();
        Path like = folder.resolve("like.png");
        Files.write(like, PictureFile.bytes(like, new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), new PictureText(Optional.of("a cat\nSteps: 4, Sampler: Euler a, CFG scale: 1, "
                + "Seed: 5, Size: 64x48, RNG: CPU, Denoising strength: 0.6, Mask blur: 2, Inpaint area: Only masked, Masked area padding: 4"), Optional.empty(),
                Optional.empty(), Map.of())));
        Path file = folder.resolve("a.png");
        draw("--like", like, "--image", folder.resolve("photo.png"), "--mask", folder.resolve("mask.png"), "--out", file);
        assertEquals(64, last().width());
        assertEquals(48, last().height());
        assertEquals(0.6, last().start().orElseThrow().strength());
        assertEquals(100, ImageIO.read(file.toFile()).getWidth());
        assertFalse(err.toString().contains("Not restored"), err.toString());
        draw("--like", like, "--out", file);
        assertEquals(Optional.empty(), last().start());
        assertTrue(err.toString().contains("--mask FILE --mask-blur 2 --mask-padding 4"), err.toString());
    }

    @Test
    void masksAreSaidLineByLine() throws IOException {
        photoWithMask();
        Path lines = Files.writeString(folder.resolve("p.jsonl"), "{\"prompt\": \"a\", \"image\": \"%s\", \"mask\": \"%s\", \"mask_blur\": 2, \"mask-padding\": 4}\n"
                .formatted(folder.resolve("photo.png"), folder.resolve("mask.png")));
        draw("--from", lines, "--out", folder.resolve("o"), "--size", "32");
        assertEquals(100, ImageIO.read(folder.resolve("o").resolve("a-0.png").toFile()).getWidth());
        Path table = Files.writeString(folder.resolve("p.csv"), "prompt,image,mask,mask_blur\nb,%s,%s,2\n".formatted(folder.resolve("photo.png"), folder.resolve("mask.png")));
        draw("--from", table, "--out", folder.resolve("o"), "--size", "32");
        assertEquals(32, ImageIO.read(folder.resolve("o").resolve("b-0.png").toFile()).getWidth());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--mask-blur=-1", "--mask-blur=NaN", "--mask-padding=-1", "--mask-padding=x", "--mask=square.png", "--mask=black.png --mask-padding=3",
        "--mask-padding=3 --fit=pad", "--outpaint=0", "--outpaint=-1,0,0,0", "--outpaint=1,2", "--outpaint=x", "--outpaint=9999"})
    void aMaskThatCannotBeUsedIsASentence(String wrong) throws IOException {
        photoWithMask();
        ImageIO.write(new BufferedImage(50, 50, BufferedImage.TYPE_INT_RGB), "png", folder.resolve("square.png").toFile());
        ImageIO.write(new BufferedImage(100, 80, BufferedImage.TYPE_INT_RGB), "png", folder.resolve("black.png").toFile());
        List<Object> words = new ArrayList<>(List.of("generate", "a", "--model", folder.resolve("base"), "--image", folder.resolve("photo.png")));
        words.addAll(List.of(wrong.replace("--mask=", "--mask=" + folder + "/").split(" ")));
        if (!wrong.contains("--mask=")) {
            words.add("--mask=" + folder.resolve("mask.png"));
        }
        assertEquals(2, run(words.toArray()), () -> err.toString());
        assertTrue(err.toString().startsWith("refract: "), err.toString());
        assertEquals(List.of(), models.asked);
    }

    @Test
    void previewsComeAndGo() throws IOException {
        draw("a cat", "--preview", 2, "--out", folder.resolve("o").resolve("a.png"));
        assertEquals(List.of("a.png"), files(folder.resolve("o")));
        draw("a cat", "--preview-to", folder.resolve("p"), "--out", folder.resolve("o").resolve("a.png"));
        assertEquals(List.of("a-001.png", "a-002.png", "a-003.png"), files(folder.resolve("p")));
    }

    @Test
    void picturesCanKeepSilent() throws RefractException {
        draw("a cat", "--no-record", "--out", folder.resolve("a.png"));
        assertEquals(PictureText.NONE, PictureFile.text(folder.resolve("a.png")));
        assertEquals(2, run("generate", "--like", folder.resolve("a.png")));
    }

    @Test
    void picturesAreToldOneByOne() {
        draw("a cat", "a dog", "--json-lines", "--out", folder.resolve("o"));
        assertEquals(List.of("a cat", "a dog"), out.toString().lines().map(l -> JsonParser.parseString(l).getAsJsonObject().get("prompt").getAsString()).toList());
    }

    @Test
    void inspectSaysHowAPictureWasDrawn() {
        draw("a cat", "--out", folder.resolve("a.webp"), "--steps", 5);
        assertEquals(0, run("inspect", folder.resolve("a.webp"), "--json"), () -> err.toString());
        JsonObject facts = JsonParser.parseString(out.toString()).getAsJsonObject();
        assertEquals("a cat", facts.getAsJsonObject("drawn with").get("prompt").getAsString());
        assertEquals("base", facts.get("model").getAsString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--refiner=nowhere", "--handoff=0.5", "--lora=nowhere.safetensors", "--lora=nowhere:x", "--vae=nowhere", "--embedding=nowhere",
        "--image=nowhere.png", "--mask=m.png", "--mask-blur=2", "--mask-padding=2", "--outpaint=8", "--image-strength=0.5", "--fit=crop",
        "--seed=a", "--count=0", "--batch=0", "--quality=0", "--quality=101",
        "--format=gif", "--out=a.gif", "--name-pattern={foo}", "--name-pattern=../x", "--preview=0", "--from=p.txt", "--like=nowhere.png", "--feature=a#1",
        "--device=toaster", "--steps=0", "--size=0", "--run=nowhere", "--nonsense=1"})
    void aWrongArgumentIsOneSentenceAndNothingIsDrawn(String argument) throws IOException {
        int code = run("generate", "a cat", "--model", folder.resolve("base"), argument);
        assertEquals(2, code, () -> err.toString());
        assertTrue(err.toString().startsWith("refract: "), err.toString());
        assertTrue(err.toString().lines().filter(l -> !l.startsWith("Try '")).count() == 1, err.toString());
        assertEquals(List.of(), models.asked);
    }
}
