package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Font;
import org.eclipse.swt.graphics.FontData;
import org.eclipse.swt.widgets.Control;

/** Fonts beside the usual one; each goes with the control it is made for. */
final class Fonts {
    private Fonts() {
    }

    /** The control's own, larger and bold. */
    static Font heading(Control control) {
        FontData[] data = control.getFont().getFontData();
        for (FontData d : data) {
            d.setHeight(d.getHeight() + 3);
            d.setStyle(SWT.BOLD);
        }
        Font font = new Font(control.getDisplay(), data);
        control.addListener(SWT.Dispose, e -> font.dispose());
        return font;
    }
}
