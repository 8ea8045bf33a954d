package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Color;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.ImageGcDrawer;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;

/** Small drawings for buttons, in the theme's own colours and sharp at any zoom. Each goes with the control it is made for. */
final class Glyphs {
    private static final int SIZE = 16;

    private Glyphs() {
    }

    private interface Drawing {
        void on(GC gc);
    }

    /** A die showing five. */
    static Image die(Control owner) {
        return glyph(owner, gc -> {
            gc.drawRoundRectangle(1, 1, 13, 13, 4, 4);
            gc.setBackground(gc.getForeground());
            for (int[] dot : new int[][] {{4, 4}, {10, 4}, {7, 7}, {4, 10}, {10, 10}}) {
                gc.fillOval(dot[0], dot[1], 2, 2);
            }
        });
    }

    /** A triangle with an exclamation mark, in the theme's foreground on amber. */
    static Image warning(Control owner) {
        return glyph(owner, gc -> {
            gc.setBackground(new Color(0xE0, 0x8A, 0x00));
            gc.fillPolygon(new int[] {8, 1, 15, 14, 1, 14});
            gc.setBackground(new Color(0xFF, 0xFF, 0xFF));
            gc.fillRectangle(7, 5, 2, 5);
            gc.fillRectangle(7, 11, 2, 2);
        });
    }

    private static Image glyph(Control owner, Drawing drawing) {
        Display display = owner.getDisplay();
        ImageGcDrawer drawer = new ImageGcDrawer() {
            @Override
            public void drawOn(GC gc, int width, int height) {
                gc.setAntialias(SWT.ON);
                gc.setForeground(display.getSystemColor(SWT.COLOR_WIDGET_FOREGROUND));
                drawing.on(gc);
            }

            @Override
            public int getGcStyle() {
                return SWT.TRANSPARENT;
            }
        };
        Image image = new Image(display, drawer, SIZE, SIZE);
        owner.addDisposeListener(e -> image.dispose());
        return image;
    }
}
