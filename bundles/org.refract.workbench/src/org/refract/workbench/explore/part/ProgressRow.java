package org.refract.workbench.explore.part;

import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;
import org.refract.workbench.work.Progress;

/** How far the work is. It keeps its room while there is none, so that nothing jumps. */
final class ProgressRow {
    private static final int TICKS = 1000;

    private final ProgressBar bar;
    private final Label words;

    ProgressRow(Composite parent, Explorer explorer) {
        Composite row = Grids.wide(Grids.grid(parent, 2));
        bar = Names.name(new ProgressBar(row, SWT.HORIZONTAL), "Progress");
        bar.setMaximum(TICKS);
        GridData place = new GridData(SWT.FILL, SWT.CENTER, false, false);
        place.widthHint = 200;
        bar.setLayoutData(place);
        words = Grids.wide(Names.name(new Label(row, SWT.NONE), "What is being done"));
        explorer.state().onChange(part -> {
            if (part == Part.WORK || part == Part.PICTURE) {
                show(explorer.state());
            }
        });
        show(explorer.state());
    }

    private void show(Exploration state) {
        Optional<Progress> work = state.work();
        bar.setVisible(work.isPresent());
        ((GridData) bar.getLayoutData()).exclude = work.isEmpty();
        bar.setSelection((int) Math.round(TICKS * work.flatMap(Progress::share).orElse(0.0)));
        words.setText(work.map(Progress::sentence).orElse(state.after().isPresent() ? "Hold F2: heat map and paint, F3: the picture before" : ""));
        bar.getParent().layout();
    }
}
