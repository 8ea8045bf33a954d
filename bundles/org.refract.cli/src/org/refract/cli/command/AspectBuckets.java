package org.refract.cli.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.refract.api.RefractException;

/** The 40 shapes that SDXL was trained on (SDXL, appendix I), for a model of any size. */
final class AspectBuckets {
    /** Sides of upright pictures around 1024 x 1024 pixels, short then long; each stands for the shape on its side as well. */
    private static final int[][] UPRIGHT = {{512, 2048}, {512, 1984}, {512, 1920}, {512, 1856}, {576, 1792}, {576, 1728}, {576, 1664}, {640, 1600}, {640, 1536},
        {704, 1472}, {704, 1408}, {704, 1344}, {768, 1344}, {768, 1280}, {832, 1216}, {832, 1152}, {896, 1152}, {896, 1088}, {960, 1088}, {960, 1024}};
    /** The one shape that the paper's table has in one direction alone. */
    private static final int[] ONLY_UPRIGHT = {704, 1344};
    private static final int SIDE = 1024;
    private static final int MULTIPLE = 8;
    private static final double MOST_EXTREME = 100;

    private AspectBuckets() {
    }

    /** Width and height at 1024 x 1024, from the highest to the widest. */
    static List<int[]> all() {
        List<int[]> shapes = new ArrayList<>();
        shapes.add(new int[] {SIDE, SIDE});
        for (int[] sides : UPRIGHT) {
            shapes.add(sides.clone());
            if (!Arrays.equals(sides, ONLY_UPRIGHT)) {
                shapes.add(new int[] {sides[1], sides[0]});
            }
        }
        shapes.sort(Comparator.comparingDouble(s -> (double) s[0] / s[1]));
        return shapes;
    }

    /**
     * The shape nearest to a ratio, in pixels for a model whose own pictures have so many.
     *
     * @param ratio  width : height
     * @param pixels the model's own width times height
     */
    static int[] nearest(double ratio, double pixels) {
        int[] shape = all().stream().min(Comparator.comparingDouble(s -> Math.abs(Math.log((double) s[0] / s[1] / ratio)))).orElseThrow();
        double scale = Math.sqrt(pixels) / SIDE;
        return new int[] {scaled(shape[0], scale), scaled(shape[1], scale)};
    }

    private static int scaled(int side, double scale) {
        return Math.max(1, (int) Math.round(side * scale / MULTIPLE)) * MULTIPLE;
    }

    /** Reads {@code 16:9} or {@code 1.78}. */
    static double ratio(String text) throws RefractException {
        String[] sides = text.split(":", -1);
        try {
            double ratio = sides.length == 1 ? Double.parseDouble(text) : Double.parseDouble(sides[0]) / Double.parseDouble(sides[1]);
            if (sides.length <= 2 && ratio >= 1 / MOST_EXTREME && ratio <= MOST_EXTREME) {
                return ratio;
            }
        } catch (NumberFormatException e) {
            throw notARatio(text);
        }
        throw notARatio(text);
    }

    private static RefractException notARatio(String text) {
        return RefractException.usage("'%s' is not a ratio of width to height: write 16:9 or 1.78; the shapes are, for a model of 1024 pixels, %s.", text,
                all().stream().map(s -> s[0] + "x" + s[1]).collect(Collectors.joining(", ")));
    }
}
