package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Scale;
import org.refract.workbench.explore.Brush;
import org.refract.workbench.explore.Explorer;

/** Brush, eraser and ready-made areas; there while a person paints. */
final class PaintTools {
    private static final int LARGEST = 50;

    private final Composite bar;
    private final GridData place;

    /** An area that needs no mouse, in shares of the picture. */
    private record Area(String title, double left, double top, double right, double bottom) {
    }

    private static final Area[] AREAS = {new Area("Whole picture", 0, 0, 1, 1), new Area("Left half", 0, 0, 0.5, 1),
        new Area("Right half", 0.5, 0, 1, 1), new Area("Upper half", 0, 0, 1, 0.5), new Area("Lower half", 0, 0.5, 1, 1),
        new Area("Centre", 0.25, 0.25, 0.75, 0.75), new Area("Upper left corner", 0, 0, 0.5, 0.5), new Area("Upper right corner", 0.5, 0, 1, 0.5),
        new Area("Lower left corner", 0, 0.5, 0.5, 1), new Area("Lower right corner", 0.5, 0.5, 1, 1)};

    PaintTools(Composite parent, Explorer explorer) {
        bar = Grids.wide(Grids.grid(parent, 3));
        place = (GridData) bar.getLayoutData();
        Grids.label(bar, "Brush:");
        Scale radius = Grids.wide(Names.name(new Scale(bar, SWT.HORIZONTAL), "Brush size"));
        radius.setMinimum(1);
        radius.setMaximum(LARGEST);
        radius.setSelection((int) Math.round(explorer.state().brush().radius() * 100));
        Button eraser = Names.name(new Button(bar, SWT.CHECK), "Eraser");
        eraser.setText("Eraser");
        Runnable change = () -> explorer.brush(new Brush(radius.getSelection() / 100.0, eraser.getSelection()));
        radius.addListener(SWT.Selection, e -> change.run());
        eraser.addListener(SWT.Selection, e -> change.run());
        Combo areas = Grids.spanning(Grids.wide(Names.name(new Combo(bar, SWT.READ_ONLY), "Paint an area")), 2);
        areas.add("Paint an area…");
        for (Area area : AREAS) {
            areas.add(area.title);
        }
        areas.select(0);
        areas.addListener(SWT.Selection, e -> {
            if (areas.getSelectionIndex() > 0) {
                Area area = AREAS[areas.getSelectionIndex() - 1];
                areas.select(0);
                explorer.turning().fill(area.left, area.top, area.right, area.bottom);
            }
        });
        Button clear = Names.name(new Button(bar, SWT.PUSH), "Clear the paint");
        clear.setText("Clear");
        clear.addListener(SWT.Selection, e -> explorer.turning().clearPaint());
    }

    void show(boolean visible) {
        if (bar.getVisible() != visible || place.exclude == visible) {
            bar.setVisible(visible);
            place.exclude = !visible;
            bar.getParent().getParent().layout(true, true);
        }
    }
}
