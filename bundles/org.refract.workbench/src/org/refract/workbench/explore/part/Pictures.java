package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Device;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.graphics.PaletteData;
import org.eclipse.swt.graphics.Rectangle;
import org.refract.workbench.picture.Pixels;

/** From plain pixels to what the screen draws. */
public final class Pictures {
    /** The share of the room from which on pixels of one size are worth what is left empty. */
    private static final double WORTH = 0.93;
    private static final PaletteData RGB = new PaletteData(0xFF0000, 0xFF00, 0xFF);

    private Pictures() {
    }

    /** The pixels as SWT's image data, with transparency. */
    public static ImageData data(Pixels pixels) {
        ImageData data = new ImageData(pixels.width(), pixels.height(), 24, RGB);
        data.alphaData = new byte[pixels.width() * pixels.height()];
        int[] row = new int[pixels.width()];
        for (int y = 0; y < pixels.height(); y++) {
            for (int x = 0; x < row.length; x++) {
                int argb = pixels.at(x, y);
                row[x] = argb & 0xFFFFFF;
                data.alphaData[y * row.length + x] = (byte) (argb >>> 24);
            }
            data.setPixels(0, y, row.length, row, 0);
        }
        return data;
    }

    /** Draws a picture into a rectangle: enlarged with hard edges, or made smaller smoothly. */
    static void draw(GC gc, Device device, Pixels pixels, Rectangle place) {
        Image image = new Image(device, data(pixels));
        draw(gc, image, place);
        image.dispose();
    }

    /** Draws an image into a rectangle: enlarged with hard edges, or made smaller smoothly. */
    static void draw(GC gc, Image image, Rectangle place) {
        Rectangle size = image.getBounds();
        gc.setAntialias(SWT.ON);
        gc.setInterpolation(place.width >= size.width ? SWT.NONE : SWT.HIGH);
        gc.drawImage(image, 0, 0, size.width, size.height, place.x, place.y, place.width, place.height);
    }

    /** The largest rectangle of a picture's proportions inside another, at a whole multiple of its size where that loses little room. */
    static Rectangle fitted(int width, int height, Rectangle room) {
        double scale = Math.min((double) room.width / width, (double) room.height / height);
        return scaled(width, height, Math.floor(scale) > WORTH * scale ? Math.floor(scale) : scale, room);
    }

    /** The largest rectangle of a picture's proportions inside another. */
    static Rectangle inside(int width, int height, Rectangle room) {
        return scaled(width, height, Math.min((double) room.width / width, (double) room.height / height), room);
    }

    private static Rectangle scaled(int width, int height, double scale, Rectangle room) {
        int w = Math.max(1, (int) Math.round(width * scale));
        int h = Math.max(1, (int) Math.round(height * scale));
        return new Rectangle(room.x + (room.width - w) / 2, room.y + (room.height - h) / 2, w, h);
    }
}
