package org.refract.cli.curves;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;

/** Draws into a picture. */
final class PictureSurface implements Surface {

    private static final int FONT = 12;

    private final BufferedImage picture;
    private final Graphics2D pen;

    /** @param scale pixels of the picture per pixel of the chart */
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
        Path2D path = new Path2D.Double();
        for (int i = 0; i < x.length; i++) {
            if (i == 0) {
                path.moveTo(x[i], y[i]);
            } else {
                path.lineTo(x[i], y[i]);
            }
        }
        pen.setColor(new Color(colour));
        pen.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        pen.draw(path);
    }

    @Override
    public void text(String text, double x, double y, int anchor, int colour) {
        double width = pen.getFontMetrics().stringWidth(text);
        pen.setColor(new Color(colour));
        pen.drawString(text, (float) (x - width * (anchor + 1) / 2), (float) y);
    }

    /** What was drawn. */
    BufferedImage picture() {
        pen.dispose();
        return picture;
    }
}
