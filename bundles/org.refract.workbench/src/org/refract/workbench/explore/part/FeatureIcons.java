package org.refract.workbench.explore.part;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.widgets.Control;
import org.refract.api.analysis.FeatureId;
import org.refract.workbench.explore.Atlas;
import org.refract.workbench.picture.Pixels;

/** Features' icons in one size, made when they are first seen and freed with the control that shows them. */
final class FeatureIcons {
    /** Images held at once; each is a few kilobytes on the screen's side. */
    private static final int MOST = 400;

    private final Control owner;
    private final Atlas atlas;
    private final int size;
    private final Map<FeatureId, Image> images = new HashMap<>();
    private final Image blank;

    FeatureIcons(Control owner, Atlas atlas, int size) {
        this.owner = owner;
        this.atlas = atlas;
        this.size = size;
        this.blank = new Image(owner.getDisplay(), transparent(size));
        owner.addListener(SWT.Dispose, e -> {
            clear();
            blank.dispose();
        });
    }

    /**
     * The icon, or an empty one of the same size.
     *
     * @param later called when the icon was read, if it is not there yet
     */
    Image of(FeatureId feature, Runnable later) {
        Image there = images.get(feature);
        if (there != null) {
            return there;
        }
        Optional<Pixels> pixels = atlas.icon(feature, () -> {
            if (!owner.isDisposed()) {
                later.run();
            }
        });
        if (pixels.isEmpty()) {
            return blank;
        }
        if (images.size() >= MOST) {
            clear();
        }
        Image image = new Image(owner.getDisplay(), Pictures.data(pixels.get().scaledTo(size, size)));
        images.put(feature, image);
        return image;
    }

    /** Frees all images. */
    void clear() {
        images.values().forEach(Image::dispose);
        images.clear();
    }

    private static ImageData transparent(int size) {
        return Pictures.data(new Pixels(size, size, new int[size * size]));
    }
}
