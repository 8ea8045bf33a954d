package org.refract.analysis.blocks;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** Pictures side by side. */
final class Strip {
    private static final int SIDE = 96;
    private static final int GAP = 4;

    private Strip() {
    }

    static BufferedImage of(List<BufferedImage> pictures) {
        BufferedImage strip = new BufferedImage(pictures.size() * (SIDE + GAP) - GAP, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = strip.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, strip.getWidth(), strip.getHeight());
        for (int i = 0; i < pictures.size(); i++) {
            graphics.drawImage(pictures.get(i), i * (SIDE + GAP), 0, SIDE, SIDE, null);
        }
        graphics.dispose();
        return strip;
    }
}
