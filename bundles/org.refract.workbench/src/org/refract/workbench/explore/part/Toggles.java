package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Display;

/** Buttons that stay pressed. A dark theme hardly shows which is, so the pressed one has the colours of a selection. */
final class Toggles {
    private Toggles() {
    }

    static void press(Button button, boolean pressed) {
        Display display = button.getDisplay();
        button.setSelection(pressed);
        button.setBackground(pressed ? display.getSystemColor(SWT.COLOR_LIST_SELECTION) : null);
        button.setForeground(pressed ? display.getSystemColor(SWT.COLOR_LIST_SELECTION_TEXT) : null);
    }
}
