package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.layout.GridLayout;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Listener;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;
import org.refract.workbench.explore.Recent;

/** The Explore view: from a prompt to the features that draw it, and back by turning them. */
public final class ExplorePage {
    private static final int MARGIN = 8;

    private final Explorer explorer;
    private final Composite page;

    /** Fills a composite. */
    public ExplorePage(Composite parent, Explorer explorer, Recent recent) {
        this.explorer = explorer;
        page = new Composite(parent, SWT.NONE);
        GridLayout layout = new GridLayout(1, false);
        layout.marginWidth = MARGIN;
        layout.marginHeight = MARGIN;
        page.setLayout(layout);
        new SubjectBar(page, explorer, recent);
        RequestBar request = new RequestBar(page, explorer);
        new RecordedHint(page, explorer);
        SashForm columns = Grids.full(new SashForm(page, SWT.HORIZONTAL | SWT.SMOOTH));
        Composite picture = Grids.grid(columns, 1);
        new PictureBar(picture, explorer);
        new PictureCanvas(picture, explorer);
        new ProgressRow(picture, explorer);
        SashForm lists = new SashForm(columns, SWT.VERTICAL | SWT.SMOOTH);
        new FeatureTable(cell(lists), explorer);
        new EditsTable(cell(lists), explorer);
        lists.setWeights(66, 34);
        new DetailsPanel(cell(columns), explorer);
        columns.setWeights(38, 32, 30);
        columns.setSashWidth(8);
        lists.setSashWidth(8);
        new StartPanel(page, explorer, recent, columns);
        new CommandBar(page, explorer);
        new StatusLine(page, explorer);
        explorer.state().onChange(part -> {
            if (part == Part.SUBJECT) {
                page.getShell().setText(explorer.state().subject().map(info -> info.title() + " – Refract").orElse("Refract"));
            }
        });
        DroppedFiles.on(page, explorer);
        EditMenu.on(page, explorer);
        Listener keys = this::key;
        Display display = page.getDisplay();
        display.addFilter(SWT.KeyDown, keys);
        display.addFilter(SWT.KeyUp, keys);
        page.addListener(SWT.Dispose, e -> {
            display.removeFilter(SWT.KeyDown, keys);
            display.removeFilter(SWT.KeyUp, keys);
        });
        page.getShell().addListener(SWT.Deactivate, e -> letGo());
        request.focus();
    }

    private static Composite cell(Composite parent) {
        return Grids.grid(parent, 1);
    }

    /** F2 shows what lies over the pictures while it is held, F3 the untouched picture. */
    private void hold(int key, boolean down) {
        if (key == SWT.F2) {
            explorer.glance(g -> g.withOverlays(down));
        } else if (key == SWT.F3) {
            explorer.glance(g -> g.withBefore(down));
        }
    }

    private void letGo() {
        if (!page.isDisposed()) {
            hold(SWT.F2, false);
            hold(SWT.F3, false);
        }
    }

    private void key(Event e) {
        if (!(e.widget instanceof Control control) || control.getShell() != page.getShell() || !page.isVisible()) {
            return;
        }
        if (e.type == SWT.KeyUp || e.keyCode == SWT.F2 || e.keyCode == SWT.F3) {
            hold(e.keyCode, e.type == SWT.KeyDown);
            return;
        }
        if ((e.stateMask & SWT.MOD1) != 0 && (e.keyCode == 'z' || e.keyCode == 'y')) {
            e.doit = false;
            if (e.keyCode == 'y' || (e.stateMask & SWT.SHIFT) != 0) {
                explorer.redo();
            } else {
                explorer.undo();
            }
            return;
        }
        boolean enter = e.keyCode == SWT.CR || e.keyCode == SWT.KEYPAD_CR;
        if (enter && (e.stateMask & SWT.MODIFIER_MASK) == SWT.CTRL) {
            e.doit = false;
            explorer.generate();
        } else if (e.keyCode == SWT.ESC && (e.stateMask & SWT.MODIFIER_MASK) == 0 && explorer.state().work().isPresent()) {
            e.doit = false;
            explorer.cancel();
        }
    }
}
