package org.refract.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.refract.api.plot.Series.Line;

/** Curves in a terminal: each character is a Braille pattern of 2 × 4 dots (Unicode block U+2800). */
public final class BraillePlot {

    private static final int BLANK = 0x2800;

    /** Bits of the dots of a character, by column and row. */
    private static final int[][] DOTS = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};

    /** ANSI colours of the curves in turn. */
    private static final int[] COLOURS = {34, 31, 32, 35, 33, 36};

    private static final int MARGIN = 11;

    private BraillePlot() {
    }

    /**
     * Draws.
     *
     * @param columns characters of a line, more than 20
     * @param rows characters of the plot's height
     * @param coloured whether curves are told apart by colour escapes
     * @return the title, the plot, and a line for the horizontal axis
     */
    public static List<String> of(String title, List<Line> curves, int columns, int rows, boolean coloured) {
        int wide = Math.max(4, columns - MARGIN - 1);
        double[] all = curves.stream().flatMapToDouble(c -> Arrays.stream(c.y())).filter(Double::isFinite).toArray();
        double[] steps = curves.stream().flatMapToDouble(c -> Arrays.stream(c.x())).toArray();
        Ticks up = Ticks.of(Arrays.stream(all).min().orElse(0), Arrays.stream(all).max().orElse(1));
        Ticks across = Ticks.of(Arrays.stream(steps).min().orElse(0), Arrays.stream(steps).max().orElse(1));
        int[][] dots = new int[rows][wide];
        int[][] owner = new int[rows][wide];
        for (int i = 0; i < curves.size(); i++) {
            draw(curves.get(i), i, across, up, dots, owner);
        }
        List<String> lines = new ArrayList<>();
        lines.add(title);
        for (int row = 0; row < rows; row++) {
            String label = row == 0 ? label(up, up.high()) : row == rows - 1 ? label(up, up.low()) : "";
            StringBuilder line = new StringBuilder(" ".repeat(Math.max(0, MARGIN - 2 - label.length())) + label + " ┤");
            for (int column = 0; column < wide; column++) {
                String mark = Character.toString(BLANK + dots[row][column]);
                line.append(coloured && dots[row][column] != 0 ? paint(mark, owner[row][column]) : mark);
            }
            lines.add(line.toString());
        }
        String right = Ticks.number(across.high());
        String left = Ticks.number(across.low());
        lines.add(" ".repeat(MARGIN) + left + " ".repeat(Math.max(1, wide - left.length() - right.length())) + right);
        return lines;
    }

    private static String label(Ticks axis, double end) {
        String label = axis.endLabel(end);
        return label.length() <= MARGIN - 2 ? label : Ticks.number(end);
    }

    /** Text in the colour of a curve by its place. */
    public static String paint(String text, int curve) {
        return "\u001b[" + COLOURS[curve % COLOURS.length] + "m" + text + "\u001b[0m";
    }

    private static void draw(Line curve, int place, Ticks across, Ticks up, int[][] dots, int[][] owner) {
        int high = dots.length * 4 - 1;
        int wide = dots[0].length * 2 - 1;
        int fromX = -1;
        int fromY = 0;
        for (int i = 0; i < curve.x().length; i++) {
            if (!Double.isFinite(curve.y()[i])) {
                continue;
            }
            int x = (int) Math.round(wide * across.share(curve.x()[i]));
            int y = (int) Math.round(high * (1 - up.share(curve.y()[i])));
            int moves = fromX < 0 ? 0 : Math.max(Math.abs(x - fromX), Math.abs(y - fromY));
            for (int move = 0; move <= moves; move++) {
                double share = moves == 0 ? 1 : (double) move / moves;
                int dotX = (int) Math.round(fromX < 0 ? x : fromX + share * (x - fromX));
                int dotY = (int) Math.round(fromX < 0 ? y : fromY + share * (y - fromY));
                dots[dotY / 4][dotX / 2] |= DOTS[dotX % 2][dotY % 4];
                owner[dotY / 4][dotX / 2] = place;
            }
            fromX = x;
            fromY = y;
        }
    }
}
