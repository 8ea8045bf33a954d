package org.refract.workbench.explore.part;

import org.eclipse.swt.accessibility.AccessibleAdapter;
import org.eclipse.swt.accessibility.AccessibleEvent;
import org.eclipse.swt.widgets.Control;

/** Tells screen readers what a control is. */
final class Names {
    private Names() {
    }

    /** Gives a control a name that screen readers say and tests find it by. */
    static <C extends Control> C name(C control, String name) {
        control.setData(NAME, name);
        control.getAccessible().addAccessibleListener(new AccessibleAdapter() {
            @Override
            public void getName(AccessibleEvent event) {
                event.result = name;
            }
        });
        return control;
    }

    /** The key of {@link Control#getData(String)} under which the name stands. */
    static final String NAME = "org.refract.workbench.name";
}
