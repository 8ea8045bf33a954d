package org.refract.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Finding;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Label;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.engine.index.ActivationBins;
import org.refract.engine.index.AtlasFacts;
import org.refract.engine.index.FeatureIndexWriter;
import org.refract.engine.index.Icons;
import org.refract.engine.index.Neighbour;
import org.refract.engine.job.RunRecord;
import org.refract.engine.unpack.FindingFiles;
import org.refract.engine.unpack.InterventionJson;
import org.refract.engine.unpack.RunFolder;

/** A run folder with planted content: coloured discs on coloured grounds, one feature for each colour, and some dead ones. */
final class SyntheticRun {
    static final int RECORDINGS = 60;
    static final int ROWS = 4;
    static final List<HookPoint> POINTS = List.of(new HookPoint("unet.up_blocks.0.attentions.0", Site.UPDATE),
            new HookPoint("unet.down_blocks.2.attentions.1", Site.UPDATE), new HookPoint("unet.mid_block.attentions.0", Site.UPDATE));
    private static final List<String> NAMES = List.of("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink");
    private static final List<Color> COLOURS = List.of(new Color(0xd62f2f), new Color(0xf08a24), new Color(0xf2cf2e), new Color(0x3f9b46),
            new Color(0x1f9a92), new Color(0x2f67d6), new Color(0x7c46c4), new Color(0xe66aa8));
    private static final int SIZE = 64;

    private final RunFolder run;
    private final int latents;
    private final String hostile;
    private final Random random = new Random(5);

    /**
     * @param latents features of each dictionary
     * @param hostile added to prompts, labels and names
     */
    SyntheticRun(Path folder, int latents, String hostile) {
        this.run = new RunFolder(folder);
        this.latents = latents;
        this.hostile = hostile;
    }

    /** Writes it all. */
    RunFolder write() throws RefractException, IOException {
        record();
        recordings();
        for (HookPoint point : POINTS) {
            atlas(point);
            log(point);
        }
        showcase();
        FindingFiles.write(run.findings().resolve("blocks"), List.of(
                new Finding.Table("ablation", "What is lost without a block" + hostile, "Mean change of the picture when the update is left out.",
                        List.of("block", "layout", "colour"), POINTS.stream().map(p -> List.<Object>of(p.path(), 0.1 + random.nextDouble(), 0.2)).toList()),
                new Finding.Pictures("pictures", "Pictures without a block", "Each column leaves out one block.", 4,
                        List.of(0, 1, 2, 3).stream().map(i -> new Finding.Picture("without " + i + hostile, disc(i))).toList())));
        return run;
    }

    private void record() throws RefractException {
        RunRecord.begin(run.path(), "unpack", List.of("--model", "discs" + hostile, "--quick")).model("sha256:0123456789abcdef").seed("run", 0)
                .fact("model_name", "discs" + hostile).took("record", 92).took("train", 140).note("A note." + hostile);
    }

    private String prompt(int recording) {
        return NAMES.get(recording % 8) + " disc, on a " + NAMES.get((recording / 8 + 3) % 8) + " background" + hostile;
    }

    private static BufferedImage disc(int recording) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(COLOURS.get((recording / 8 + 3) % 8).brighter());
        graphics.fillRect(0, 0, SIZE, SIZE);
        graphics.setColor(COLOURS.get(recording % 8));
        graphics.fill(new Ellipse2D.Double(8 + recording % 5 * 4, 8 + recording % 7 * 3, 32, 32));
        graphics.dispose();
        return image;
    }

    private void recordings() throws IOException {
        StringBuilder lines = new StringBuilder();
        byte[] pixels = new byte[RECORDINGS * SIZE * SIZE * 3];
        for (int r = 0; r < RECORDINGS; r++) {
            JsonObject line = new JsonObject();
            line.addProperty("index", r);
            line.addProperty("prompt", prompt(r));
            line.addProperty("seed", r);
            lines.append(line).append('\n');
            BufferedImage image = disc(r);
            for (int i = 0; i < SIZE * SIZE; i++) {
                int rgb = image.getRGB(i % SIZE, i / SIZE);
                for (int c = 0; c < 3; c++) {
                    pixels[(r * SIZE * SIZE + i) * 3 + c] = (byte) (rgb >> 16 - 8 * c);
                }
            }
        }
        Files.createDirectories(run.store());
        Files.writeString(run.store().resolve("recordings.jsonl"), lines);
        Path images = Files.createDirectories(run.path().resolve("images"));
        Files.writeString(images.resolve("manifest.json"), "{\"format\": \"refract-images\", \"version\": 1, \"per_shard\": " + RECORDINGS + "}");
        String header = "{\"image\":{\"dtype\":\"U8\",\"shape\":[" + RECORDINGS + "," + SIZE + "," + SIZE + ",3],\"data_offsets\":[0," + pixels.length + "]}}";
        byte[] text = (header + " ".repeat((8 - header.length() % 8) % 8)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + pixels.length).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).put(pixels);
        Files.write(images.resolve("images-00000.safetensors"), file.array());
        Files.writeString(images.resolve("images-00000.json"),
                "{\"recordings\": " + RECORDINGS + ", \"bytes\": " + file.capacity() + ", \"sha256\": \"unchecked\"}");
    }

    private void atlas(HookPoint point) throws RefractException {
        Map<Long, String> prompts = new LinkedHashMap<>();
        for (int r = 0; r < RECORDINGS; r++) {
            prompts.put((long) r, prompt(r));
        }
        AtlasFacts facts = new AtlasFacts(point, "discs", "sha256:0123456789abcdef", "topk", latents, 160, RECORDINGS, RECORDINGS * ROWS * ROWS,
                ROWS, ROWS, Map.of("labeler", "captions"));
        Icons icons = new Icons(run.icons(point), latents);
        List<Optional<BufferedImage>> drawn = new ArrayList<>();
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(run.atlas(point), facts, prompts)) {
            for (int latent = 0; latent < latents; latent++) {
                boolean alive = latent % 10 != 9;
                double density = Math.pow(10, -3.2 + 2.4 * random.nextDouble());
                double mean = 1 + 5 * random.nextDouble();
                String name = NAMES.get(latent % 8) + hostile;
                Label label = new Label(name, 1.5, "captions", List.of(new Label.Term(name, 1.5), new Label.Term("disc", 0.3)));
                long[] positions = new long[ActivationBins.COUNT];
                for (int bin = 30; bin < 42; bin++) {
                    positions[bin] = alive ? 10 + bin : 0;
                }
                writer.add(alive ? new Feature(latent, density, mean, 3 * mean, mean / 3, Optional.of(label)) : new Feature(latent, 0, 0, 0, 0, Optional.empty()),
                        alive ? 20 : 0, alive ? examples(latent, mean) : List.of(),
                        alive ? List.of(new Neighbour((latent + 1) % latents, 0.7, 0.2, Optional.empty())) : List.of(), positions);
                drawn.add(alive ? Optional.of(disc(latent)) : Optional.empty());
            }
            writer.commit();
        }
        for (int sheet = 0; sheet < icons.sheets(); sheet++) {
            icons.write(sheet, drawn.subList(sheet * Icons.PER_SHEET, sheet * Icons.PER_SHEET + icons.on(sheet)), SIZE);
        }
    }

    private List<Example> examples(int latent, double mean) {
        List<Example> examples = new ArrayList<>();
        for (int r = latent % 8; r < RECORDINGS && examples.size() < 9; r += 8) {
            float[] map = new float[ROWS * ROWS];
            double x = (24 + r % 5 * 4) / 16.0;
            double y = (24 + r % 7 * 3) / 16.0;
            for (int i = 0; i < map.length; i++) {
                double distance = Math.hypot(i % ROWS + .5 - x, i / ROWS + .5 - y);
                map[i] = (float) (3 * mean * Math.max(0, 1 - distance / 1.6));
            }
            examples.add(new Example(r, prompt(r), mean, 3 * mean, map, ROWS, ROWS));
        }
        return examples;
    }

    private void log(HookPoint point) throws IOException {
        StringBuilder log = new StringBuilder();
        for (int step = 20; step <= 2000; step += 20) {
            log.append("{\"step\": %d, \"samples\": %d, \"recons\": %.4f, \"explained_variance\": %.4f, \"l0\": 9.7, \"dead\": %.3f}%n".formatted(step,
                    step * 1024, .3 + Math.exp(-step / 400.0), .85 - .6 * Math.exp(-step / 300.0), Math.min(.1, step / 10000.0)));
        }
        Files.createDirectories(run.sae(point));
        Files.writeString(run.sae(point).resolve("log.jsonl"), log.toString().replace("\r\n", "\n") + "{\"step\": 20");
    }

    private void showcase() throws IOException {
        Files.createDirectories(run.interventions());
        for (int i = 0; i < 3; i++) {
            ImageIO.write(disc(i), "png", run.interventions().resolve("planted-" + i + ".png").toFile());
        }
        FeatureId feature = new FeatureId(POINTS.get(1), 3);
        JsonObject json = new JsonObject();
        json.addProperty("id", "planted");
        json.addProperty("point", POINTS.get(1).path());
        json.addProperty("latent", 3);
        json.addProperty("label", "green" + hostile);
        json.addProperty("prompt", prompt(0));
        json.addProperty("seed", 7);
        json.addProperty("steps", 1);
        json.addProperty("guidance", 0.0);
        json.addProperty("effect", 0.12);
        json.addProperty("locality", 0.8);
        json.addProperty("area", 0.3);
        JsonArray shots = new JsonArray();
        shots.add(shot("as it is", 0, Optional.empty()));
        shots.add(shot("switched off" + hostile, 1, Optional.of(Intervention.everywhere(feature, Intervention.Mode.SCALE, 0))));
        shots.add(shot("times 3", 2, Optional.of(Intervention.everywhere(feature, Intervention.Mode.SCALE, 3)
                .within(new Intervention.Mask(2, 2, new float[] {0, 1, 0, 1})))));
        json.add("shots", shots);
        Files.writeString(run.interventions().resolve("planted.json"), json.toString());
    }

    private JsonObject shot(String caption, int picture, Optional<Intervention> change) {
        JsonObject json = new JsonObject();
        json.addProperty("caption", caption);
        json.addProperty("file", "planted-" + picture + ".png");
        json.addProperty("prompt", prompt(0));
        json.addProperty("seed", 7);
        change.ifPresent(c -> json.add("intervention", InterventionJson.write(c)));
        return json;
    }
}
