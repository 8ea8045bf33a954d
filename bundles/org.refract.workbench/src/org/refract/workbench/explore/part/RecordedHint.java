package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Link;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;
import org.refract.workbench.subject.SubjectInfo;

/** Says that the picture is drawn otherwise than the run was recorded, and takes that back at a click; there while it is so. */
final class RecordedHint {
    private final Exploration state;
    private final Link link;

    RecordedHint(Composite parent, Explorer explorer) {
        state = explorer.state();
        link = Grids.wide(Names.name(new Link(parent, SWT.NONE), "Not as recorded"));
        link.addListener(SWT.Selection, e -> explorer.asRecorded());
        state.onChange(part -> {
            if (part == Part.REQUEST || part == Part.SUBJECT) {
                show();
            }
        });
        show();
    }

    private void show() {
        boolean differs = state.subject().filter(info -> info.recorded() && !state.request().isDrawnAs(info.begins())).isPresent();
        if (differs) {
            SubjectInfo info = state.subject().get();
            link.setText("This run was recorded in %s; in %s its features may mean something else. <a>Draw in %s</a>".formatted(info.begins().manner(),
                    state.request().manner(), info.begins().manner()));
        }
        GridData place = (GridData) link.getLayoutData();
        if (place.exclude == differs || link.getVisible() != differs) {
            place.exclude = !differs;
            link.setVisible(differs);
            link.getParent().layout(true, true);
        }
    }
}
