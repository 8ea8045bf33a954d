package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Spinner;
import org.refract.workbench.explore.Edit;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;

/** During which denoising steps the selected feature is changed; there while a picture takes more than one step. People count from 1. */
final class ActingSteps {
    private final Exploration state;
    private final Composite row;
    private final Spinner first;
    private final Spinner last;

    ActingSteps(Composite parent, Explorer explorer) {
        state = explorer.state();
        row = Grids.wide(Grids.grid(parent, 4));
        Grids.label(row, "Acting from step");
        first = Names.name(new Spinner(row, SWT.BORDER), "First acting step");
        first.setToolTipText("Early steps decide on layout, late ones on texture and colour");
        Grids.label(row, "to");
        last = Names.name(new Spinner(row, SWT.BORDER), "Last acting step");
        first.addListener(SWT.Selection, e -> explorer.turning().acting(steps(first.getSelection(), Math.max(first.getSelection(), last.getSelection()))));
        last.addListener(SWT.Selection, e -> explorer.turning().acting(steps(Math.min(first.getSelection(), last.getSelection()), last.getSelection())));
    }

    private Edit.Steps steps(int from, int to) {
        return new Edit.Steps(from - 1, to >= count() ? Integer.MAX_VALUE : to - 1);
    }

    private int count() {
        return state.before().map(d -> d.request().steps()).orElse(1);
    }

    void show(boolean ready) {
        boolean visible = ready && count() > 1;
        GridData place = (GridData) row.getLayoutData();
        if (place.exclude == visible) {
            place.exclude = !visible;
            row.setVisible(visible);
            row.getParent().getParent().layout(true, true);
        }
        if (visible) {
            Edit.Steps steps = state.current().acting();
            first.setValues(Math.min(steps.first() + 1, count()), 1, count(), 0, 1, 5);
            last.setValues(steps.last() >= count() ? count() : steps.last() + 1, 1, count(), 0, 1, 5);
        }
    }
}
