package org.refract.workbench.explore.part;

import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.layout.GridLayout;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Link;
import org.eclipse.swt.widgets.Text;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;
import org.refract.workbench.explore.Recent;

/** What stands in the place of the view while nothing is open: what was open lately, and how to make a run. */
final class StartPanel {
    private static final int MARGIN = 24;
    private static final String UNPACK = "refract unpack --quick";

    private final Explorer explorer;
    private final Recent recent;
    private final Composite panel;
    private final Composite folders;
    private final Control rest;

    /** @param rest the view's content, which it stands in for */
    StartPanel(Composite parent, Explorer explorer, Recent recent, Control rest) {
        this.explorer = explorer;
        this.recent = recent;
        this.rest = rest;
        panel = Grids.full(Grids.grid(parent, 1));
        panel.moveAbove(rest);
        Label head = Grids.label(panel, "Nothing is open");
        head.setFont(Fonts.heading(head));
        Grids.label(panel, "Open a run that refract unpack made, or a model. What was open lately:");
        folders = Grids.wide(Grids.grid(panel, 1));
        Grids.label(panel, "This makes a run of the demo model in some minutes; --model takes another one:");
        Text command = Grids.width(Names.name(new Text(panel, SWT.BORDER | SWT.READ_ONLY), "How to make a run"), 360);
        command.setText(UNPACK);
        ((GridData) command.getLayoutData()).horizontalAlignment = SWT.LEFT;
        ((GridLayout) panel.getLayout()).marginWidth = MARGIN;
        ((GridLayout) panel.getLayout()).marginHeight = MARGIN;
        ((GridLayout) panel.getLayout()).verticalSpacing = MARGIN / 2;
        explorer.state().onChange(part -> {
            if (part == Part.SUBJECT || part == Part.WORK) {
                show(explorer.state());
            }
        });
        show(explorer.state());
    }

    private void show(Exploration state) {
        boolean needed = state.subject().isEmpty() && state.work().isEmpty();
        GridData place = (GridData) panel.getLayoutData();
        if (needed) {
            list();
        }
        if (place.exclude == needed || panel.getVisible() != needed) {
            there(panel, needed);
            there(rest, !needed);
            panel.getParent().layout(true, true);
        }
    }

    private static void there(Control control, boolean there) {
        ((GridData) control.getLayoutData()).exclude = !there;
        control.setVisible(there);
    }

    private void list() {
        for (Control child : folders.getChildren()) {
            child.dispose();
        }
        for (Path folder : recent.folders()) {
            Link link = Names.name(new Link(folders, SWT.NONE), "Open " + folder);
            link.setText("<a>" + folder.toString().replace("&", "&&") + "</a>");
            link.addListener(SWT.Selection, e -> explorer.open(Optional.of(folder), false));
        }
        if (recent.folders().isEmpty()) {
            Grids.label(folders, "(nothing yet)");
        }
        folders.getParent().layout(true, true);
    }
}
