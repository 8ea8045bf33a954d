package org.refract.workbench.explore.part;

import java.util.List;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.refract.workbench.explore.EditMode;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Overlay;
import org.refract.workbench.explore.Part;
import org.refract.workbench.picture.ActivationMap;
import org.refract.workbench.picture.PaintedMask;
import org.refract.workbench.picture.Pixels;
import org.refract.workbench.subject.Drawing;

/** The picture, large, with heat map and paint over it; paints with the mouse, tells the activation under the pointer. */
final class PictureCanvas {
    private static final int MARGIN = 8;
    private static final int CAPTION = 22;
    /** A colour that is rare in pictures and seen on light and dark alike. */
    private static final int PAINT = 0x00E5FF;

    private final Explorer explorer;
    private final Exploration state;
    private final Canvas canvas;
    private final PictureImages images;
    private Optional<Point> pressed = Optional.empty();
    private Optional<Point> pointer = Optional.empty();

    PictureCanvas(Composite parent, Explorer explorer) {
        this.explorer = explorer;
        state = explorer.state();
        canvas = Grids.full(Names.name(new Canvas(parent, SWT.DOUBLE_BUFFERED | SWT.NO_BACKGROUND | SWT.BORDER), "Picture"));
        images = new PictureImages(canvas);
        canvas.addListener(SWT.Paint, e -> paint(e.gc));
        canvas.addListener(SWT.Resize, e -> canvas.redraw());
        canvas.addListener(SWT.MouseDown, this::press);
        canvas.addListener(SWT.MouseMove, this::move);
        canvas.addListener(SWT.MouseUp, e -> pressed = Optional.empty());
        canvas.addListener(SWT.MouseExit, e -> leave());
        PictureMenu.on(canvas, explorer);
        state.onChange(part -> {
            if (part == Part.PICTURE) {
                images.clear();
            }
            if (part == Part.PICTURE || part == Part.OVERLAY || part == Part.SELECTION || part == Part.EDITS || part == Part.FEATURES) {
                canvas.redraw();
            }
        });
    }

    /** One picture on the screen. */
    private record Panel(String caption, Drawing drawing, Rectangle place) {
    }

    private List<Panel> panels() {
        if (state.before().isEmpty()) {
            return List.of();
        }
        Drawing before = state.before().get();
        Drawing after = state.after().orElse(before);
        boolean edited = state.after().isPresent();
        Rectangle area = canvas.getClientArea();
        return switch (state.comparison()) {
            case BEFORE -> List.of(new Panel(edited ? "Before" : "", before, place(before.picture(), area)));
            case AFTER -> List.of(new Panel(edited ? "After" : "", after, place(after.picture(), area)));
            case SIDE_BY_SIDE -> {
                Rectangle[] halves = halves(before.picture(), area);
                yield List.of(new Panel("Before", before, place(before.picture(), halves[0])),
                        new Panel(edited ? "After" : "After: no edits", after, place(after.picture(), halves[1])));
            }
        };
    }

    /** Beside each other or one above the other, whichever leaves more room. */
    private static Rectangle[] halves(Pixels picture, Rectangle area) {
        int width = area.width / 2;
        int height = area.height / 2;
        Rectangle[] beside = {new Rectangle(area.x, area.y, width, area.height), new Rectangle(area.x + width, area.y, width, area.height)};
        Rectangle[] stacked = {new Rectangle(area.x, area.y, area.width, height), new Rectangle(area.x, area.y + height, area.width, height)};
        return place(picture, stacked[0]).width > place(picture, beside[0]).width ? stacked : beside;
    }

    private static Rectangle place(Pixels picture, Rectangle room) {
        return Pictures.fitted(picture.width(), picture.height(), new Rectangle(room.x + MARGIN, room.y + CAPTION,
                Math.max(1, room.width - 2 * MARGIN), Math.max(1, room.height - CAPTION - MARGIN)));
    }

    private void paint(GC gc) {
        Rectangle area = canvas.getClientArea();
        gc.setBackground(canvas.getDisplay().getSystemColor(SWT.COLOR_WIDGET_BACKGROUND));
        gc.setForeground(canvas.getDisplay().getSystemColor(SWT.COLOR_WIDGET_FOREGROUND));
        gc.fillRectangle(area);
        List<Panel> panels = panels();
        if (panels.isEmpty()) {
            String hint = state.subject().isPresent() ? "Write a prompt and press Generate." : "Open a run or a model.";
            Point size = gc.textExtent(hint);
            gc.drawText(hint, area.x + (area.width - size.x) / 2, area.y + (area.height - size.y) / 2, true);
        }
        for (Panel panel : panels) {
            Pictures.draw(gc, images.of(panel.drawing.picture()), panel.place);
            Point size = gc.textExtent(panel.caption);
            gc.drawText(panel.caption, panel.place.x + (panel.place.width - size.x) / 2, Math.max(2, panel.place.y - size.y - 2), true);
            Overlay overlay = state.overlay();
            if (overlay.shown()) {
                state.map().filter(map -> map.max() > 0).ifPresent(map ->
                        Pictures.draw(gc, canvas.getDisplay(), map.coloured(overlay.colours(), overlay.opacity()), panel.place));
            }
            if (painting()) {
                state.current().mask().ifPresent(mask ->
                        Pictures.draw(gc, canvas.getDisplay(), PaintedMask.of(mask).coloured(PAINT, 0.35), panel.place));
            }
        }
        if (painting()) {
            paintBrush(gc, panels);
        }
    }

    private void paintBrush(GC gc, List<Panel> panels) {
        pointer.ifPresent(at -> panels.stream().filter(p -> p.place.contains(at)).findFirst().ifPresent(panel -> {
            int radius = (int) Math.round(state.brush().radius() * panel.place.width);
            gc.setAntialias(SWT.ON);
            for (int shade : new int[] {SWT.COLOR_BLACK, SWT.COLOR_WHITE}) {
                gc.setForeground(canvas.getDisplay().getSystemColor(shade));
                int r = shade == SWT.COLOR_BLACK ? radius : radius - 1;
                gc.drawOval(at.x - r, at.y - r, 2 * r, 2 * r);
            }
        }));
    }

    private boolean painting() {
        return state.selected().isPresent() && state.current().mode() == EditMode.PAINT;
    }

    private void press(Event e) {
        canvas.setFocus();
        if (e.button == 1 && painting()) {
            pressed = Optional.of(new Point(e.x, e.y));
            strokeTo(e);
        }
    }

    private void move(Event e) {
        pointer = Optional.of(new Point(e.x, e.y));
        if (pressed.isPresent()) {
            strokeTo(e);
        } else {
            tell(pointer.get());
        }
        if (painting()) {
            canvas.redraw();
        }
    }

    private void strokeTo(Event e) {
        Point from = pressed.get();
        panels().stream().filter(p -> p.place.contains(from)).findFirst().ifPresent(panel -> {
            double scale = (double) panel.drawing.picture().width() / panel.place.width;
            explorer.turning().stroke((from.x - panel.place.x) * scale, (from.y - panel.place.y) * scale,
                    (e.x - panel.place.x) * scale, (e.y - panel.place.y) * scale);
        });
        pressed = Optional.of(new Point(e.x, e.y));
    }

    private void tell(Point at) {
        Optional<ActivationMap> map = state.map();
        panels().stream().filter(p -> p.place.contains(at)).findFirst().ifPresent(panel -> map.ifPresent(m -> {
            int row = (at.y - panel.place.y) * m.rows() / panel.place.height;
            int column = (at.x - panel.place.x) * m.columns() / panel.place.width;
            explorer.point("Row %d, column %d: activation %s".formatted(row, column, Numbers.brief(m.at(row, column))));
        }));
    }

    private void leave() {
        pointer = Optional.empty();
        explorer.point("");
        canvas.redraw();
    }
}
