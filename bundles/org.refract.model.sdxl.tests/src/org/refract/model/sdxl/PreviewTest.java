package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Pictures;
import org.refract.engine.tensor.Scope;

/** Pictures of the denoising while it goes on. */
class PreviewTest {

    @Test
    void everyStepShowsItsPictureAndTheLastLooksLikeTheResult() throws Exception {
        try (ImageModel model = DemoModelTest.open("turbo"); Scope scope = Scope.open(Placement.CPU)) {
            ImageRequest request = model.defaults().withPrompts(List.of("red heart", "blue star"), List.of(1L, 2L)).withSteps(3);
            Seen seen = new Seen();
            ImageBatch batch = model.generate(request, List.of(), seen, scope.manager());
            assertEquals(3, seen.pictures.size());
            BufferedImage last = seen.pictures.getLast();
            BufferedImage first = Pictures.of(batch.images().orElseThrow()).getFirst();
            int scale = first.getHeight() / last.getHeight();
            assertEquals(2 * first.getWidth() / scale, last.getWidth());
            List<Double> shown = new ArrayList<>();
            List<Double> drawn = new ArrayList<>();
            for (int y = 0; y < last.getHeight(); y++) {
                for (int x = 0; x < last.getHeight(); x++) {
                    for (int shift = 0; shift < 24; shift += 8) {
                        shown.add((double) (last.getRGB(x, y) >> shift & 0xff));
                        drawn.add(mean(first, x * scale, y * scale, scale, shift));
                    }
                }
            }
            double alike = correlation(shown, drawn);
            assertTrue(alike > 0.8, "correlation " + alike);
        }
    }

    private static double mean(BufferedImage picture, int left, int top, int side, int shift) {
        double sum = 0;
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                sum += picture.getRGB(left + x, top + y) >> shift & 0xff;
            }
        }
        return sum / (side * side);
    }

    private static double correlation(List<Double> a, List<Double> b) {
        double ma = a.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double mb = b.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.size(); i++) {
            ab += (a.get(i) - ma) * (b.get(i) - mb);
            aa += (a.get(i) - ma) * (a.get(i) - ma);
            bb += (b.get(i) - mb) * (b.get(i) - mb);
        }
        return ab / Math.sqrt(aa * bb);
    }

    private static final class Seen extends ForwardingMonitor {
        private final List<BufferedImage> pictures = new ArrayList<>();

        private Seen() {
            super(Monitor.silent());
        }

        @Override
        public boolean wantsPreviews() {
            return true;
        }

        @Override
        public void preview(BufferedImage image) {
            pictures.add(image);
        }
    }
}
