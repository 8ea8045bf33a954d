package org.refract.workbench.explore.part;

import java.util.IdentityHashMap;
import java.util.Map;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.widgets.Control;
import org.refract.workbench.picture.Pixels;

/** The screen's copies of large pictures, kept as long as they are shown, so that a stroke of the brush does not make them anew. */
final class PictureImages {
    private final Control owner;
    private final Map<Pixels, Image> images = new IdentityHashMap<>();

    PictureImages(Control owner) {
        this.owner = owner;
        owner.addListener(SWT.Dispose, e -> clear());
    }

    Image of(Pixels picture) {
        return images.computeIfAbsent(picture, p -> new Image(owner.getDisplay(), Pictures.data(p)));
    }

    /** Frees them, because others are shown now. */
    void clear() {
        images.values().forEach(Image::dispose);
        images.clear();
    }
}
