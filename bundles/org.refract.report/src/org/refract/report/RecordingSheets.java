package org.refract.report;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.engine.store.Recordings;
import org.refract.engine.unpack.RunFolder;

/** The recorded pictures that some feature has among its examples, each once, packed on sheets; a slot is a picture's place there. */
final class RecordingSheets {
    private static final int COLUMNS = 16;
    private static final int PER_SHEET = 256;
    private static final int LARGEST_CELL = 128;

    private final Map<Long, Integer> slots = new LinkedHashMap<>();
    private final List<String> prompts = new ArrayList<>();

    /** The slot of an example's picture. */
    int slot(Example example) {
        return slots.computeIfAbsent(example.recording(), recording -> {
            prompts.add(example.caption());
            return prompts.size() - 1;
        });
    }

    /** The prompts by slot. */
    List<String> prompts() {
        return List.copyOf(prompts);
    }

    /** Writes the sheets into {@code images/}. */
    Sheets write(RunFolder run, Path folder) throws RefractException {
        if (slots.isEmpty()) {
            return new Sheets(List.of(), new int[] {1, 1}, COLUMNS, PER_SHEET, List.of());
        }
        try (Recordings source = Recordings.open(run.path())) {
            return write(source, List.copyOf(slots.keySet()), folder);
        }
    }

    private static Sheets write(Recordings source, List<Long> recordings, Path folder) throws RefractException {
        List<String> files = new ArrayList<>();
        int[] cell = {1, 1};
        for (int from = 0; from < recordings.size(); from += PER_SHEET) {
            List<Optional<BufferedImage>> images = new ArrayList<>();
            for (Long recording : recordings.subList(from, Math.min(from + PER_SHEET, recordings.size()))) {
                images.add(source.image(Math.toIntExact(recording)));
            }
            if (from == 0) {
                cell = images.stream().flatMap(Optional::stream).findFirst().map(RecordingSheets::cell).orElse(cell);
            }
            String name = "images/recordings-%03d".formatted(from / PER_SHEET);
            files.add(Pictures.write(sheet(images, cell[0], cell[1]), folder, name));
        }
        return new Sheets(files, cell, COLUMNS, PER_SHEET, List.of());
    }

    private static int[] cell(BufferedImage image) {
        double scale = Math.min(1, (double) LARGEST_CELL / Math.max(image.getWidth(), image.getHeight()));
        return new int[] {Math.max(1, (int) Math.round(image.getWidth() * scale)), Math.max(1, (int) Math.round(image.getHeight() * scale))};
    }

    private static BufferedImage sheet(List<Optional<BufferedImage>> images, int width, int height) {
        int rows = (images.size() + COLUMNS - 1) / COLUMNS;
        BufferedImage sheet = new BufferedImage(COLUMNS * width, rows * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        for (int i = 0; i < images.size(); i++) {
            int x = i % COLUMNS * width;
            int y = i / COLUMNS * height;
            images.get(i).ifPresent(image -> graphics.drawImage(image, x, y, width, height, null));
        }
        graphics.dispose();
        return sheet;
    }
}
