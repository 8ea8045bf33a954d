package org.refract.cli.command;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import org.refract.engine.intervene.ActiveFeature;

/** A feature's map over its picture: the jet colours, zero transparent, opacity 0.6, as the app of <em>Unpacking SDXL Turbo</em> draws it. */
final class HeatMap {
    private static final int ALPHA = (int) Math.round(0.6 * 255);
    private static final int SMALLEST = 256;

    private HeatMap() {
    }

    /** The picture under the map, at least {@value #SMALLEST} pixels wide. */
    public static BufferedImage over(BufferedImage picture, ActiveFeature feature) {
        int scale = Math.max(1, (SMALLEST + picture.getWidth() - 1) / picture.getWidth());
        BufferedImage result = new BufferedImage(picture.getWidth() * scale, picture.getHeight() * scale, BufferedImage.TYPE_INT_RGB);
        BufferedImage heat = new BufferedImage(feature.columns(), feature.rows(), BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < feature.map().length; i++) {
            float share = feature.max() > 0 ? (float) (feature.map()[i] / feature.max()) : 0;
            heat.setRGB(i % feature.columns(), i / feature.columns(), share > 0 ? ALPHA << 24 | jet(share) : 0);
        }
        Graphics2D graphics = result.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        graphics.drawImage(picture, 0, 0, result.getWidth(), result.getHeight(), null);
        graphics.drawImage(heat, 0, 0, result.getWidth(), result.getHeight(), null);
        graphics.dispose();
        return result;
    }

    private static int jet(float share) {
        return new Color(channel(share, 3), channel(share, 2), channel(share, 1)).getRGB() & 0xffffff;
    }

    private static float channel(float share, int centre) {
        return Math.clamp(1.5f - Math.abs(4 * share - centre), 0, 1);
    }
}
