package org.refract.analysis.blocks;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Finding;
import org.refract.api.analysis.Label;
import org.refract.api.job.Monitor;
import org.refract.engine.intervene.ActiveFeature;
import org.refract.engine.intervene.CodesHook;
import org.refract.engine.intervene.PointActivity;
import org.refract.engine.tensor.SharedWork;
import org.refract.engine.tensor.Tensors;

/**
 * Switches the strongest features of each block off, and turns them up, one at a time, and measures what changes in the picture. Two nulls
 * stand beside it, of the same size and at the same places: the feature's map written along a random direction, and along the decoder row
 * of another live feature.
 */
final class FeatureMoves {
    private static final double AMPLIFIED = 4;
    private static final int SHOWN = 4;

    /** What is written where the feature was active. */
    private enum Written { FEATURE, RANDOM_DIRECTION, RANDOM_FEATURE }

    /**
     * One feature moved in one picture.
     *
     * @param rank which of the prompt's strongest features
     */
    private record Move(int prompt, int rank, int latent, double factor, Written written, PictureChange change, BufferedImage picture) {
    }

    /** Moves at one block. */
    record Block(Dictionary dictionary, List<Finding.Picture> pictures, List<List<Object>> rows) {
    }

    private final Drawing drawing;
    private final List<BufferedImage> before;
    private final int features;
    private final long seed;

    /** @param features how many of each prompt's strongest features are moved */
    FeatureMoves(Drawing drawing, List<BufferedImage> before, int features, long seed) {
        this.drawing = drawing;
        this.before = before;
        this.features = features;
        this.seed = seed;
    }

    /** Drawings that {@link #at} makes, for progress. */
    static int drawings(int features) {
        return 1 + features * 2 * Written.values().length;
    }

    /** Measures one block. */
    Block at(Dictionary dictionary, Monitor monitor) throws RefractException {
        int[][] latents = strongest(dictionary);
        monitor.advance(1);
        List<Change> changes = changes(dictionary, latents);
        List<Move> moves = new ArrayList<>();
        SharedWork.inOrder(drawing.lanes(), changes.size(), i -> moved(dictionary, changes.get(i)), (i, moved) -> {
            moves.addAll(moved);
            monitor.advance(1);
        });
        return new Block(dictionary, pictures(dictionary, moves), List.of(row(dictionary, moves, 0), row(dictionary, moves, AMPLIFIED)));
    }

    /**
     * One drawing of all prompts.
     *
     * @param latents    one per prompt
     * @param directions one per prompt
     */
    private record Change(int rank, Written written, double factor, int[] latents, float[][] directions) {
    }

    /** All drawings, in an order that fixes their random directions. */
    private List<Change> changes(Dictionary dictionary, int[][] latents) {
        Random random = new Random(seed);
        List<Change> changes = new ArrayList<>();
        for (int rank = 0; rank < features; rank++) {
            for (Written written : Written.values()) {
                float[][] directions = directions(dictionary, latents[rank], written, random);
                for (double factor : new double[] {0, AMPLIFIED}) {
                    changes.add(new Change(rank, written, factor, latents[rank], directions));
                }
            }
        }
        return changes;
    }

    private List<Move> moved(Dictionary dictionary, Change change) throws RefractException {
        List<BufferedImage> after = drawing.draw(0, (first, last) -> List.of(new MovedFeatures(dictionary.point(), dictionary.sae(),
                Arrays.copyOfRange(change.latents(), first, last), Arrays.copyOfRange(change.directions(), first, last), change.factor())));
        List<Move> moves = new ArrayList<>();
        for (int prompt = 0; prompt < after.size(); prompt++) {
            moves.add(new Move(prompt, change.rank(), change.latents()[prompt], change.factor(), change.written(),
                    PictureChange.between(before.get(prompt), after.get(prompt)), after.get(prompt)));
        }
        return moves;
    }

    /** {@code [rank][prompt]} the features with the largest mean activation over the picture; where none is active, one that moves nothing. */
    private int[][] strongest(Dictionary dictionary) throws RefractException {
        int[][] latents = new int[features][drawing.size()];
        List<CodesHook> readers = new ArrayList<>();
        List<Integer> firsts = new ArrayList<>();
        drawing.draw(0, (first, last) -> {
            readers.add(new CodesHook(dictionary.point(), dictionary.sae()));
            firsts.add(first);
            return List.of(readers.getLast());
        });
        for (int i = 0; i < readers.size(); i++) {
            PointActivity activity = new PointActivity(dictionary.point(), readers.get(i).passes());
            for (int example = 0; example < activity.passes().getFirst().examples(); example++) {
                List<ActiveFeature> active = activity.strongest(example, features);
                for (int rank = 0; rank < features; rank++) {
                    latents[rank][firsts.get(i) + example] = active.isEmpty() ? 0 : active.get(Math.min(rank, active.size() - 1)).latent();
                }
            }
        }
        return latents;
    }

    private static float[][] directions(Dictionary dictionary, int[] latents, Written written, Random random) {
        int[] live = dictionary.features().stream().filter(Feature::alive).mapToInt(Feature::latent).toArray();
        int[] alive = live.length == 0 ? latents : live;
        float[][] directions = new float[latents.length][];
        for (int i = 0; i < latents.length; i++) {
            float[] own = row(dictionary, latents[i]);
            directions[i] = switch (written) {
                case FEATURE -> own;
                case RANDOM_FEATURE -> scaled(row(dictionary, alive[random.nextInt(alive.length)]), norm(own));
                case RANDOM_DIRECTION -> scaled(gaussian(own.length, random), norm(own));
            };
        }
        return directions;
    }

    private static float[] row(Dictionary dictionary, int latent) {
        try (var row = dictionary.sae().decoder().get(latent)) {
            return Tensors.floats(row);
        }
    }

    private static float[] gaussian(int width, Random random) {
        float[] direction = new float[width];
        for (int c = 0; c < width; c++) {
            direction[c] = (float) random.nextGaussian();
        }
        return direction;
    }

    private static double norm(float[] direction) {
        double sum = 0;
        for (float value : direction) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static float[] scaled(float[] direction, double length) {
        double factor = length / Math.max(norm(direction), 1e-12);
        float[] scaled = new float[direction.length];
        for (int c = 0; c < scaled.length; c++) {
            scaled[c] = (float) (direction[c] * factor);
        }
        return scaled;
    }

    static final List<String> COLUMNS = List.of("block", "change", "moves", "pixels", "layout", "detail", "colour", "layout × null", "detail × null",
            "colour × null", "layout p", "detail p", "colour p");

    private static List<Object> row(Dictionary dictionary, List<Move> moves, double factor) {
        List<Move> own = moves.stream().filter(m -> m.factor() == factor && m.written() == Written.FEATURE).toList();
        List<Move> nulls = moves.stream().filter(m -> m.factor() == factor && m.written() != Written.FEATURE).toList();
        PictureChange mean = PictureChange.mean(own.stream().map(Move::change).toList());
        List<Object> cells = new ArrayList<>(List.of(dictionary.point().path(), factor == 0 ? "off" : "× " + (int) factor, (long) own.size(), mean.pixels(),
                mean.layout(), mean.detail(), mean.colour()));
        List<ToDoubleFunction<PictureChange>> measures = List.of(PictureChange::layout, PictureChange::detail, PictureChange::colour);
        for (var measure : measures) {
            double usual = nulls.stream().mapToDouble(m -> measure.applyAsDouble(m.change())).average().orElse(0);
            cells.add(usual == 0 ? 0.0 : own.stream().mapToDouble(m -> measure.applyAsDouble(m.change())).average().orElse(0) / usual);
        }
        for (var measure : measures) {
            cells.add(SignFlips.p(differences(own, nulls, measure)));
        }
        return cells;
    }

    /** For each move of a feature its effect minus the mean effect of its nulls. */
    private static double[] differences(List<Move> own, List<Move> nulls, ToDoubleFunction<PictureChange> measure) {
        return own.stream().mapToDouble(move -> measure.applyAsDouble(move.change())
                - nulls.stream().filter(n -> n.prompt() == move.prompt() && n.rank() == move.rank())
                        .mapToDouble(n -> measure.applyAsDouble(n.change())).average().orElse(0)).toArray();
    }

    /** The moves with the largest effect, one per feature: unchanged, off, turned up, and turned up along a random direction. */
    private List<Finding.Picture> pictures(Dictionary dictionary, List<Move> moves) {
        List<Finding.Picture> pictures = new ArrayList<>();
        List<Integer> shown = new ArrayList<>();
        List<Move> ranked = moves.stream().filter(m -> m.factor() == AMPLIFIED && m.written() == Written.FEATURE)
                .sorted(Comparator.comparingDouble((Move m) -> -m.change().pixels())).toList();
        for (Move move : ranked) {
            if (pictures.size() < SHOWN && !shown.contains(move.latent())) {
                shown.add(move.latent());
                String label = dictionary.features().get(move.latent()).label().map(Label::text).map(t -> " (" + t + ")").orElse("");
                pictures.add(new Finding.Picture("%s #%d%s: unchanged, off, × %d, random direction × %d".formatted(dictionary.point().path(),
                        move.latent(), label, (int) AMPLIFIED, (int) AMPLIFIED), Strip.of(List.of(before.get(move.prompt()),
                        find(moves, move, 0, Written.FEATURE), move.picture(), find(moves, move, AMPLIFIED, Written.RANDOM_DIRECTION)))));
            }
        }
        return pictures;
    }

    private static BufferedImage find(List<Move> moves, Move like, double factor, Written written) {
        return moves.stream().filter(m -> m.prompt() == like.prompt() && m.rank() == like.rank() && m.factor() == factor && m.written() == written)
                .findFirst().orElseThrow().picture();
    }
}
