package org.refract.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchSource;
import org.refract.engine.source.BatchStream;
import org.refract.engine.source.StreamOptions;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/**
 * The demo model's emoji on white, {@code (samples, 3, 16, 16)} float32 in [-0.5, 0.5], and their categories, {@code (samples)} int64. Both
 * drawings of a glyph are on the same side of the division into learnt and held-out glyphs: every fifth glyph is held out.
 */
record EmojiImages(float[] pixels, long[] categories, String[] glyphs, List<String> names, IntPredicate learnt) implements BatchSource {

    static final int SIDE = 16;
    static final int NUMBERS = 3 * SIDE * SIDE;
    private static final int HELD_OUT = 5;

    /** The learnt glyphs of the demo's folder. */
    static EmojiImages learnt(Path demo) throws IOException {
        List<JsonObject> lines = Files.readAllLines(demo.resolve("images.jsonl")).stream().map(l -> JsonParser.parseString(l).getAsJsonObject()).toList();
        List<String> names = lines.stream().map(l -> l.get("category").getAsString()).distinct().sorted().toList();
        List<String> glyphs = lines.stream().map(l -> l.get("unified").getAsString()).distinct().sorted().toList();
        float[] pixels = new float[lines.size() * NUMBERS];
        try (ZipFile zip = new ZipFile(demo.resolve("emoji64.zip").toFile())) {
            for (int i = 0; i < lines.size(); i++) {
                try (InputStream in = zip.getInputStream(zip.getEntry(lines.get(i).get("file").getAsString()))) {
                    read(ImageIO.read(in), pixels, i * NUMBERS);
                }
            }
        }
        String[] each = lines.stream().map(l -> l.get("unified").getAsString()).toArray(String[]::new);
        return new EmojiImages(pixels, lines.stream().mapToLong(l -> names.indexOf(l.get("category").getAsString())).toArray(), each, names,
                i -> glyphs.indexOf(each[i]) % HELD_OUT != 0);
    }

    /** The held-out glyphs. */
    EmojiImages heldOut() {
        return new EmojiImages(pixels, categories, glyphs, names, learnt.negate());
    }

    private static void read(BufferedImage image, float[] pixels, int at) {
        BufferedImage small = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.fillRect(0, 0, SIDE, SIDE);
        BufferedImage half = new BufferedImage(2 * SIDE, 2 * SIDE, BufferedImage.TYPE_INT_ARGB);
        Graphics2D first = half.createGraphics();
        first.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        first.drawImage(image, 0, 0, 2 * SIDE, 2 * SIDE, null);
        first.dispose();
        graphics.drawImage(half, 0, 0, SIDE, SIDE, null);
        graphics.dispose();
        for (int c = 0; c < 3; c++) {
            for (int p = 0; p < SIDE * SIDE; p++) {
                pixels[at + c * SIDE * SIDE + p] = (small.getRGB(p % SIDE, p / SIDE) >> 16 - 8 * c & 255) / 255f - 0.5f;
            }
        }
    }

    /** Places of the glyphs of this side. */
    int[] places() {
        return IntStream.range(0, categories.length).filter(learnt).toArray();
    }

    @Override
    public int width() {
        return NUMBERS;
    }

    @Override
    public int targetWidth() {
        return 1;
    }

    @Override
    public Map<String, String> identity() {
        return Map.of("images", Integer.toString(places().length));
    }

    @Override
    public Batch sample(long seed, int count, Placement placement, NDManager owner, Monitor monitor) throws RefractException {
        try (BatchStream stream = open(new StreamOptions(seed, Math.min(count, places().length), placement, 1), StreamPosition.START, monitor)) {
            return stream.next(owner);
        }
    }

    /** All pictures of an epoch in an order of its own; what does not fill a batch is left out. */
    @Override
    public BatchStream open(StreamOptions options, StreamPosition start, Monitor monitor) {
        int[] places = places();
        Scope scope = Scope.open(options.placement());
        NDArray all = Tensors.of(scope.manager(), pixels, categories.length, 3, SIDE, SIDE);
        NDArray classes = Tensors.of(scope.manager(), categories, categories.length);
        return new BatchStream() {
            private StreamPosition position = start;

            @Override
            public Batch next(NDManager owner) {
                if (position.offset() + options.batch() > places.length) {
                    position = new StreamPosition(position.epoch() + 1, 0);
                }
                int[] order = new TorchRandom(options.seed() * 1_000_003 + position.epoch()).randperm(places.length);
                long[] chosen = IntStream.range(0, options.batch()).mapToLong(i -> places[order[(int) position.offset() + i]]).toArray();
                position = new StreamPosition(position.epoch(), position.offset() + options.batch());
                try (Scope step = scope.child()) {
                    NDArray rows = Tensors.of(step.manager(), chosen, chosen.length);
                    return new Batch(EmojiClassifier.KERNELS.call(owner, "rows", all, rows), EmojiClassifier.KERNELS.call(owner, "rows", classes, rows));
                }
            }

            @Override
            public StreamPosition position() {
                return position;
            }

            @Override
            public void close() {
                scope.close();
            }
        };
    }
}
