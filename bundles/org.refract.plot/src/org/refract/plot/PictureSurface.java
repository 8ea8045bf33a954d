package org.refract.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;

/** Draws into a picture. */
final class PictureSurface implements Surface {

    private static final int FONT = 12;

    private final BufferedImage picture;
    private final Graphics2D pen;

    /** @param scale pixels of the picture per pixel of the plot */
    PictureSurface(int width, int height, int scale) {
        picture = new BufferedImage(width * scale, height * scale, BufferedImage.TYPE_INT_RGB);
        pen = picture.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        pen.scale(scale, scale);
        pen.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT));
    }

    @Override
    public void line(double[] x, double[] y, int colour, double width) {
        if (x.length == 0) {
            return;
        }
        pen.setColor(new Color(colour));
        pen.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        pen.draw(path(x, y));
    }

    @Override
    public void area(double[] x, double[] y, int colour, double opacity) {
        if (x.length == 0) {
            return;
        }
        Path2D path = path(x, y);
        path.closePath();
        pen.setColor(colour(colour, opacity));
        pen.fill(path);
    }

    private static Path2D path(double[] x, double[] y) {
        Path2D path = new Path2D.Double();
        path.moveTo(x[0], y[0]);
        for (int i = 1; i < x.length; i++) {
            path.lineTo(x[i], y[i]);
        }
        return path;
    }

    private static Color colour(int colour, double opacity) {
        return new Color(colour | (int) Math.round(255 * opacity) << 24, true);
    }

    @Override
    public void dot(double x, double y, double radius, int colour, double opacity, String label) {
        pen.setColor(colour(colour, opacity));
        pen.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }

    @Override
    public void text(String text, double x, double y, int anchor, int degrees, int colour) {
        double width = pen.getFontMetrics().stringWidth(text);
        AffineTransform upright = pen.getTransform();
        pen.rotate(-Math.toRadians(degrees), x, y);
        pen.setColor(new Color(colour));
        pen.drawString(text, (float) (x - width * (anchor + 1) / 2), (float) y);
        pen.setTransform(upright);
    }

    /** What was drawn. */
    BufferedImage picture() {
        pen.dispose();
        return picture;
    }
}
