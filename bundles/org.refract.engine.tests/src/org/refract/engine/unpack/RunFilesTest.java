package org.refract.engine.unpack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Finding;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Guidance;
import org.refract.api.analysis.Intervention.Mask;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.engine.index.Icons;

class RunFilesTest {
    private static final HookPoint POINT = new HookPoint("unet.mid_block.attentions.0", Site.UPDATE);

    @TempDir
    Path folder;

    @Test
    void anInterventionIsReadAsItWasWritten() throws Exception {
        for (Mode mode : Mode.values()) {
            for (Guidance guidance : Guidance.values()) {
                Intervention everywhere = new Intervention(new FeatureId(POINT, 7), mode, -1.5, Optional.empty(), 0, Integer.MAX_VALUE, guidance);
                assertEquals(everywhere, read(InterventionJson.write(everywhere)));
            }
        }
        Intervention masked = Intervention.everywhere(new FeatureId(new HookPoint("unet.conv_in", Site.OUTPUT), 0), Mode.ADD, 3)
                .within(new Mask(2, 3, new float[] {0, 0.25f, 1, 0, 0, 0.125f})).during(1, 2);
        Intervention read = read(InterventionJson.write(masked));
        assertEquals(masked.feature(), read.feature());
        assertEquals(2, read.lastStep());
        assertArrayEquals(masked.mask().get().weights(), read.mask().get().weights());
    }

    @Test
    void aDamagedInterventionIsRefusedWithASentence() {
        JsonObject whole = InterventionJson.write(Intervention.everywhere(new FeatureId(POINT, 7), Mode.ADD, 3).within(new Mask(1, 2, new float[2])));
        Random random = new Random(3);
        for (String field : List.copyOf(whole.keySet())) {
            JsonObject without = whole.deepCopy();
            without.remove(field);
            if (!field.equals("mask")) {
                assertThrows(RefractException.class, () -> read(without), field);
            }
            JsonObject odd = whole.deepCopy();
            odd.addProperty(field, ":" + random.nextInt());
            assertThrows(RefractException.class, () -> read(odd), field);
        }
        JsonObject short1 = whole.deepCopy();
        short1.getAsJsonObject("mask").addProperty("rows", 5);
        assertThrows(RefractException.class, () -> read(short1));
    }

    @Test
    void aShowcaseIsReadAsItWasWritten() throws Exception {
        RunFolder run = new RunFolder(folder);
        Optional<Intervention> off = Optional.of(Intervention.everywhere(new FeatureId(POINT, 7), Mode.SCALE, 0));
        Showcase showcase = new Showcase("mid-7", POINT.path(), 7, Optional.of("sky"), "a sky", 3, 1, 0, 0.25, 0.5, 0.125,
                List.of(new Showcase.Shot("unchanged", "mid-7-0.png", "a sky", 3, Optional.empty()), new Showcase.Shot("off", "mid-7-1.png", "a sky", 3, off)));
        ShowcaseFiles.write(run.interventions(), showcase, List.of(picture(1), picture(2)));
        assertEquals(List.of(showcase), ShowcaseFiles.read(run));
        assertTrue(Files.exists(run.interventions().resolve("mid-7-1.png")));
        assertEquals(List.of(), ShowcaseFiles.read(new RunFolder(folder.resolve("elsewhere"))));
    }

    @Test
    void findingsAreReadAsTheyWereWrittenAndReplacedWhole() throws Exception {
        RunFolder run = new RunFolder(folder);
        Path blocks = run.findings().resolve("blocks");
        Finding.Table table = new Finding.Table("effects", "Effects", "What, \"how\".", List.of("block", "effect", "n"),
                List.of(List.of("a,b \"c\"", 0.125, 3L), List.of("d", -2.0, 4L)));
        Finding.Pictures pictures = new Finding.Pictures("views", "Views", "Seen.", 2, List.of(new Finding.Picture("one", picture(5))));
        FindingFiles.write(blocks, List.of(new Finding.Table("old", "Old", "", List.of(), List.of())));
        FindingFiles.write(blocks, List.of(table, pictures));
        List<Finding> read = FindingFiles.read(blocks);
        assertEquals(table, read.getFirst());
        assertEquals("one", ((Finding.Pictures) read.get(1)).pictures().getFirst().caption());
        assertEquals(picture(5).getRGB(3, 2), ((Finding.Pictures) read.get(1)).pictures().getFirst().image().getRGB(3, 2));
        assertEquals("block,effect,n\r\n\"a,b \"\"c\"\"\",0.125,3\r\nd,-2.0,4\r\n", Files.readString(blocks.resolve("effects.csv")));
        assertTrue(Files.notExists(blocks.resolve("old.csv")));
        assertEquals(List.of("blocks"), FindingFiles.analyses(run));
    }

    @Test
    void iconsLieOnSheetsInTheOrderOfTheirLatents() throws Exception {
        Icons icons = new Icons(folder, Icons.PER_SHEET + 2);
        assertEquals(2, icons.sheets());
        assertTrue(icons.image(0).isEmpty());
        icons.write(1, List.of(Optional.empty(), Optional.of(picture(9))), 8);
        assertTrue(icons.image(0).isEmpty());
        assertEquals(picture(9).getRGB(3, 2), icons.image(Icons.PER_SHEET + 1).orElseThrow().getRGB(3, 2));
        assertEquals(0xFF000000, icons.image(Icons.PER_SHEET).orElseThrow().getRGB(3, 2));
        assertTrue(icons.image(Icons.PER_SHEET + 2).isEmpty());
    }

    @Test
    void aHookPointsNameIsReadBack() {
        for (Site site : Site.values()) {
            HookPoint point = new HookPoint("unet.up_blocks.0.attentions.1", site);
            assertEquals(point, RunFolder.point(RunFolder.name(point)));
        }
    }

    @Test
    void blocksThatDoNothingGiveWayToTheStrongest() {
        Map<String, Double> effects = new TreeMap<>(Map.of("unet.a", 0.001, "unet.b", 0.5, "unet.c", 0.2, "unet.d", 0.06, "unet.e", 0.3));
        List<HookPoint> defaults = List.of(point("unet.a"), point("unet.d"), point("unet.c"));
        assertEquals(List.of(point("unet.b"), point("unet.c"), point("unet.d")), SurveyPhase.chosen(defaults, effects));
        assertEquals(List.of(point("unet.b"), point("unet.c")), SurveyPhase.chosen(List.of(point("unet.c"), point("unet.b")), effects));
    }

    @Test
    void promptsComeFromLinesOrJsonLinesAndAreShuffledTheSameEachTime() throws Exception {
        Path file = folder.resolve("prompts.txt");
        Files.writeString(file, "a cat\n\n{\"caption\": \"a dog\"}\n{\"prompt\": \"a bird\", \"caption\": \"x\"}\na cat\n");
        List<String> prompts = Prompts.of(Optional.of(file), folder, 4);
        assertEquals(List.of("a bird", "a cat", "a dog"), prompts.stream().sorted().toList());
        assertEquals(prompts, Prompts.of(Optional.empty(), folder, 4));
        Path alone = folder.resolve("x/y");
        Files.createDirectories(alone);
        assertTrue(Prompts.of(Optional.empty(), alone, 4).size() > 400);
        Files.writeString(file, "{\"caption\": 7");
        assertTrue(assertThrows(RefractException.class, () -> Prompts.of(Optional.of(file), folder, 4)).getMessage().contains("line 1"));
        Files.writeString(file, "\n");
        assertThrows(RefractException.class, () -> Prompts.of(Optional.of(file), folder, 4));
        assertThrows(RefractException.class, () -> Prompts.of(Optional.of(folder.resolve("none.txt")), folder, 4));
    }

    private static HookPoint point(String path) {
        return new HookPoint(path, Site.UPDATE);
    }

    private static Intervention read(JsonObject json) throws RefractException {
        return InterventionJson.read(Json.parse("test", json.toString()));
    }

    private static BufferedImage picture(int seed) {
        BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int i = 0; i < 64; i++) {
            picture.setRGB(i % 8, i / 8, random.nextInt(1 << 24));
        }
        return picture;
    }
}
