package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.layout.GridLayout;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;

/** Grid layouts in few words. */
final class Grids {
    private Grids() {
    }

    /** A row or table of controls without a margin. */
    static Composite grid(Composite parent, int columns) {
        Composite composite = new Composite(parent, SWT.NONE);
        GridLayout layout = new GridLayout(columns, false);
        layout.marginWidth = 0;
        layout.marginHeight = 0;
        composite.setLayout(layout);
        return composite;
    }

    /** As wide as there is room. */
    static <C extends Control> C wide(C control) {
        control.setLayoutData(new GridData(SWT.FILL, SWT.CENTER, true, false));
        return control;
    }

    /** As wide and high as there is room. */
    static <C extends Control> C full(C control) {
        control.setLayoutData(new GridData(SWT.FILL, SWT.FILL, true, true));
        return control;
    }

    /** Of a fixed width in pixels. */
    static <C extends Control> C width(C control, int pixels) {
        GridData data = new GridData(SWT.FILL, SWT.CENTER, false, false);
        data.widthHint = pixels;
        control.setLayoutData(data);
        return control;
    }

    /** Over several columns. */
    static <C extends Control> C spanning(C control, int columns) {
        GridData data = control.getLayoutData() instanceof GridData there ? there : new GridData(SWT.FILL, SWT.CENTER, true, false);
        data.horizontalSpan = columns;
        control.setLayoutData(data);
        return control;
    }

    /** A text before a control; an ampersand makes the next letter the control's mnemonic. */
    static Label label(Composite parent, String text) {
        Label label = new Label(parent, SWT.NONE);
        label.setText(text);
        return label;
    }
}
