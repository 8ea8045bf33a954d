package org.refract.api.view;

import org.eclipse.swt.widgets.Composite;

/** Extension point: a part of the workbench. Created and used on the screen's thread; it never blocks it. */
public interface View {

    /** A short lower-case name. */
    String id();

    /** The title on its tab. */
    String title();

    /** Fills its tab. */
    void create(Composite parent);
}
