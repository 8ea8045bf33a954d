package org.refract.workbench.explore.part;

import java.util.List;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Composite;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Overlay;
import org.refract.workbench.explore.Part;
import org.refract.workbench.subject.FeatureDetails;
import org.refract.workbench.subject.FeatureDetails.ExamplePicture;

/** The recordings in which a feature was strongest, as thumbnails with its map; a double click draws one again. */
final class ExampleGrid {
    private static final int TILE = 96;
    private static final int GAP = 6;

    private final Explorer explorer;
    private final Exploration state;
    private final ScrolledComposite scroll;
    private final Canvas canvas;

    ExampleGrid(Composite parent, Explorer explorer) {
        this.explorer = explorer;
        state = explorer.state();
        scroll = new ScrolledComposite(parent, SWT.V_SCROLL);
        scroll.setExpandHorizontal(true);
        scroll.setExpandVertical(true);
        canvas = Names.name(new Canvas(scroll, SWT.DOUBLE_BUFFERED), "Examples");
        scroll.setContent(canvas);
        canvas.addListener(SWT.Paint, e -> paint(e.gc));
        canvas.addListener(SWT.MouseDoubleClick, e -> at(new Point(e.x, e.y)).ifPresent(x -> explorer.redraw(x)));
        canvas.addListener(SWT.MouseMove, e -> canvas.setToolTipText(at(new Point(e.x, e.y)).map(ExampleGrid::words).orElse(null)));
        scroll.addListener(SWT.Resize, e -> resize());
        state.onChange(part -> {
            if (part == Part.DETAILS || part == Part.SELECTION) {
                resize();
                canvas.redraw();
            } else if (part == Part.OVERLAY) {
                canvas.redraw();
            }
        });
    }

    Composite control() {
        return scroll;
    }

    private static String words(ExamplePicture example) {
        return "%s%nmean activation %s, largest %s%nDouble click: draw it again".formatted(example.caption(), Numbers.brief(example.strength()),
                Numbers.brief(example.map().max()));
    }

    private List<ExamplePicture> examples() {
        return state.details().map(FeatureDetails::examples).orElse(List.of());
    }

    private int columns() {
        return Math.max(1, (scroll.getClientArea().width - GAP) / (TILE + GAP));
    }

    private Rectangle place(int index) {
        return new Rectangle(GAP + index % columns() * (TILE + GAP), GAP + index / columns() * (TILE + GAP), TILE, TILE);
    }

    private Optional<ExamplePicture> at(Point point) {
        List<ExamplePicture> examples = examples();
        for (int i = 0; i < examples.size(); i++) {
            if (place(i).contains(point)) {
                return Optional.of(examples.get(i));
            }
        }
        return Optional.empty();
    }

    private void resize() {
        int rows = (examples().size() + columns() - 1) / columns();
        scroll.setMinHeight(GAP + rows * (TILE + GAP));
    }

    private void paint(GC gc) {
        List<ExamplePicture> examples = examples();
        if (examples.isEmpty()) {
            String hint = state.selected().isEmpty() ? "Select a feature." : state.details().isEmpty() ? "Reading…" : "It was never active in the recordings.";
            gc.drawText(hint, GAP, GAP, true);
        }
        Overlay overlay = state.overlay();
        Rectangle clip = gc.getClipping();
        for (int i = 0; i < examples.size(); i++) {
            Rectangle place = place(i);
            if (!place.intersects(clip)) {
                continue;
            }
            ExamplePicture example = examples.get(i);
            Rectangle spread = example.picture().map(p -> Pictures.inside(p.width(), p.height(), place)).orElse(place);
            example.picture().ifPresent(picture -> Pictures.draw(gc, canvas.getDisplay(), picture, spread));
            if ((overlay.shown() || example.picture().isEmpty()) && example.map().max() > 0) {
                Pictures.draw(gc, canvas.getDisplay(), example.map().coloured(overlay.colours(), overlay.opacity()), spread);
            }
        }
    }
}
