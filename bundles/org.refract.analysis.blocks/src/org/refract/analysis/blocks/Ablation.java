package org.refract.analysis.blocks;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.analysis.Finding;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageModel;
import org.refract.api.model.Site;
import org.refract.engine.tensor.SharedWork;

/**
 * Takes out one block after another (<em>Unpacking SDXL Turbo</em>, table 1, with pixel and Lab distances in the place of LPIPS) and measures
 * how the pictures change; the same prompts with other seeds say how much pictures differ anyway.
 */
final class Ablation {
    /** The blocks that the paper ablates, by diffusers' class names. */
    private static final Set<String> KINDS = Set.of("Transformer2DModel", "ResnetBlock2D");
    private static final long OTHER_SEEDS = 1_000_000;
    private static final int SHOWN_PROMPTS = 6;

    private Ablation() {
    }

    private record Row(String path, String kind, PictureChange change, double spread, List<BufferedImage> pictures) {
    }

    /** The blocks of the part of the model in which its default hook points lie, in forward order. */
    static List<HookPointInfo> blocks(ImageModel model) {
        String part = model.defaultHookPoints().getFirst().path().split("\\.", 2)[0] + ".";
        return model.hookPoints().stream().filter(p -> p.path().startsWith(part) && p.update() && KINDS.contains(p.kind())).toList();
    }

    static List<Finding> run(ImageModel model, Drawing drawing, List<BufferedImage> before, Monitor monitor) throws RefractException {
        List<HookPointInfo> blocks = blocks(model);
        List<Row> rows = new ArrayList<>();
        SharedWork.inOrder(drawing.lanes(), blocks.size(), i -> {
            HookPointInfo block = blocks.get(i);
            ZeroUpdate hook = new ZeroUpdate(new HookPoint(block.path(), Site.UPDATE));
            return row(block.path(), block.kind(), before, drawing.draw(0, (first, last) -> List.of(hook)));
        }, (i, row) -> {
            rows.add(row);
            monitor.advance(1);
        });
        Row reference = row("(another seed)", "", before, drawing.draw(OTHER_SEEDS, (first, last) -> List.of()));
        monitor.advance(1);
        return List.of(table(rows, reference, before.size()), pictures(rows, before));
    }

    private static Row row(String path, String kind, List<BufferedImage> before, List<BufferedImage> after) {
        List<PictureChange> changes = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            changes.add(PictureChange.between(before.get(i), after.get(i)));
        }
        PictureChange mean = PictureChange.mean(changes);
        double variance = changes.stream().mapToDouble(c -> (c.pixels() - mean.pixels()) * (c.pixels() - mean.pixels())).average().orElse(0);
        return new Row(path, kind, mean, Math.sqrt(variance), after.subList(0, Math.min(SHOWN_PROMPTS, after.size())));
    }

    private static Finding table(List<Row> rows, Row reference, int prompts) {
        List<List<Object>> cells = new ArrayList<>();
        for (Row row : rows) {
            cells.add(cells(row));
        }
        cells.add(cells(reference));
        return new Finding.Table("ablation", "What happens without each block",
                """
                Each attention and residual block is taken out (its output becomes its input) on %d prompts. Pixels: mean absolute change of a \
                colour channel, 0 to 1, with its standard deviation over prompts. Layout: change of the blurred lightness; detail: change of the \
                rest of the lightness; colour: shift of the mean tint; all three in Lab units. The last row compares the same prompts with other \
                seeds: it says how much pictures differ anyway.""".formatted(prompts),
                List.of("block", "kind", "pixels", "spread", "layout", "detail", "colour"), cells);
    }

    private static List<Object> cells(Row row) {
        return List.of(row.path(), row.kind(), row.change().pixels(), row.spread(), row.change().layout(), row.change().detail(), row.change().colour());
    }

    private static Finding pictures(List<Row> rows, List<BufferedImage> before) {
        List<Finding.Picture> pictures = new ArrayList<>();
        pictures.add(new Finding.Picture("unchanged", Strip.of(before.subList(0, Math.min(SHOWN_PROMPTS, before.size())))));
        rows.stream().sorted(Comparator.comparingDouble((Row r) -> -r.change().pixels()))
                .forEach(r -> pictures.add(new Finding.Picture(String.format(Locale.ROOT, "without %s: %.2g", r.path(), r.change().pixels()), Strip.of(r.pictures()))));
        return new Finding.Pictures("ablation-pictures", "Pictures without each block", "The same prompts and seeds, the block with the largest effect first.",
                2, pictures);
    }
}
