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
import org.refract.workbench.explore.Comparison;
import org.refract.workbench.explore.EditMode;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Overlay;
import org.refract.workbench.explore.Part;
import org.refract.workbench.explore.part.PicturePanels.Panel;
import org.refract.workbench.picture.PaintedMask;
import org.refract.workbench.picture.Pixels;

/** The pictures, large, with heat map and paint over them; paints with the mouse, tells the activation under the pointer. */
final class PictureCanvas {
    /** Two colours of which one is seen on any picture. */
    private static final int LIGHT = 0xFFFFFF;
    private static final int DARK = 0xD0006F;
    private static final double PAINT_OPACITY = 0.6;
    /** How near a press must be to take the divider, in pixels. */
    private static final int GRIP = 8;

    private final Explorer explorer;
    private final Exploration state;
    private final Canvas canvas;
    private final PictureImages images;
    private Optional<Point> pressed = Optional.empty();
    private Optional<Point> pointer = Optional.empty();
    private boolean divides;

    PictureCanvas(Composite parent, Explorer explorer) {
        this.explorer = explorer;
        state = explorer.state();
        canvas = Grids.full(Names.name(new Canvas(parent, SWT.DOUBLE_BUFFERED | SWT.NO_BACKGROUND | SWT.BORDER), "Picture"));
        images = new PictureImages(canvas);
        canvas.addListener(SWT.Paint, e -> paint(e.gc));
        canvas.addListener(SWT.Resize, e -> canvas.redraw());
        canvas.addListener(SWT.MouseDown, this::press);
        canvas.addListener(SWT.MouseMove, this::move);
        canvas.addListener(SWT.MouseUp, e -> release());
        canvas.addListener(SWT.MouseExit, e -> leave());
        PictureMenu.on(canvas, explorer);
        state.onChange(part -> {
            if (part == Part.PICTURE || part == Part.PREVIEW) {
                images.clear();
            }
            if (List.of(Part.PICTURE, Part.PREVIEW, Part.OVERLAY, Part.SELECTION, Part.EDITS, Part.FEATURES).contains(part)) {
                canvas.redraw();
            }
        });
    }

    private List<Panel> panels() {
        return PicturePanels.of(state, canvas.getClientArea());
    }

    private Optional<Panel> at(Point point) {
        return panels().stream().filter(p -> p.place().contains(point)).findFirst();
    }

    private void paint(GC gc) {
        Rectangle area = canvas.getClientArea();
        gc.setBackground(canvas.getDisplay().getSystemColor(SWT.COLOR_WIDGET_BACKGROUND));
        gc.setForeground(canvas.getDisplay().getSystemColor(SWT.COLOR_WIDGET_FOREGROUND));
        gc.fillRectangle(area);
        List<Panel> panels = panels();
        if (state.preview().isPresent() && pressed.isEmpty()) {
            Pixels preview = state.preview().get();
            Rectangle place = PicturePanels.place(preview, area);
            Pictures.draw(gc, images.of(preview), place);
            caption(gc, "Not done yet", place);
            return;
        }
        if (panels.isEmpty()) {
            String hint = state.work().isPresent() ? "" : state.subject().isPresent() ? "Write a prompt and press Generate." : "Open a run or a model.";
            Point size = gc.textExtent(hint);
            gc.drawText(hint, area.x + (area.width - size.x) / 2, area.y + (area.height - size.y) / 2, true);
        }
        panels.forEach(panel -> paint(gc, panel));
        if (painting()) {
            paintBrush(gc, panels);
        }
    }

    private void paint(GC gc, Panel panel) {
        Pictures.draw(gc, images.of(panel.pixels()), panel.place());
        panel.under().ifPresent(under -> {
            int x = divider(panel);
            gc.setClipping(panel.place().x, panel.place().y, x - panel.place().x, panel.place().height);
            Pictures.draw(gc, images.of(under), panel.place());
            gc.setClipping((Rectangle) null);
            gc.setForeground(canvas.getDisplay().getSystemColor(SWT.COLOR_BLACK));
            gc.drawRectangle(x - 2, panel.place().y, 3, panel.place().height - 1);
            gc.setForeground(canvas.getDisplay().getSystemColor(SWT.COLOR_WHITE));
            gc.drawRectangle(x - 1, panel.place().y, 1, panel.place().height - 1);
        });
        gc.setForeground(canvas.getDisplay().getSystemColor(SWT.COLOR_WIDGET_FOREGROUND));
        caption(gc, panel.caption(), panel.place());
        Overlay overlay = state.overlay();
        if (state.showsMap()) {
            state.map(panel.drawing()).filter(map -> map.max() > 0).ifPresent(map ->
                    Pictures.draw(gc, canvas.getDisplay(), map.coloured(overlay.colours(), overlay.opacity()), panel.place()));
        }
        if (state.showsPaint()) {
            state.current().mask().ifPresent(mask ->
                    Pictures.draw(gc, canvas.getDisplay(), PaintedMask.of(mask).striped(LIGHT, DARK, PAINT_OPACITY), panel.place()));
        }
    }

    private static void caption(GC gc, String words, Rectangle place) {
        Point size = gc.textExtent(words);
        gc.drawText(words, place.x + (place.width - size.x) / 2, Math.max(2, place.y - size.y - 2), true);
    }

    private int divider(Panel panel) {
        return panel.place().x + (int) Math.round(state.glance().divider() * panel.place().width);
    }

    private void paintBrush(GC gc, List<Panel> panels) {
        pointer.ifPresent(at -> panels.stream().filter(p -> p.place().contains(at)).findFirst().ifPresent(panel -> {
            int radius = (int) Math.round(state.brush().radius() * panel.place().width);
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
        if (e.button != 1) {
            return;
        }
        Point point = new Point(e.x, e.y);
        Optional<Panel> panel = at(point);
        divides = state.comparison() == Comparison.WIPE && panel.isPresent() && (!painting() || Math.abs(e.x - divider(panel.get())) <= GRIP);
        if (divides) {
            divide(point);
        } else if (painting()) {
            explorer.turning().beginStroke();
            pressed = Optional.of(point);
            strokeTo(e);
        }
    }

    private void move(Event e) {
        pointer = Optional.of(new Point(e.x, e.y));
        if (divides) {
            divide(pointer.get());
        } else if (pressed.isPresent()) {
            strokeTo(e);
        } else {
            tell(pointer.get());
        }
        if (painting()) {
            canvas.redraw();
        }
    }

    private void release() {
        pressed = Optional.empty();
        divides = false;
    }

    private void divide(Point to) {
        panels().stream().findFirst().ifPresent(p -> explorer.glance(g -> g.withDivider((double) (to.x - p.place().x) / p.place().width)));
    }

    private void strokeTo(Event e) {
        Point from = pressed.get();
        at(from).ifPresent(panel -> {
            double scale = (double) panel.drawing().picture().width() / panel.place().width;
            explorer.turning().stroke((from.x - panel.place().x) * scale, (from.y - panel.place().y) * scale,
                    (e.x - panel.place().x) * scale, (e.y - panel.place().y) * scale);
        });
        pressed = Optional.of(new Point(e.x, e.y));
    }

    private void tell(Point at) {
        at(at).ifPresent(panel -> state.map(panel.drawing()).ifPresent(map -> {
            int row = (at.y - panel.place().y) * map.rows() / panel.place().height;
            int column = (at.x - panel.place().x) * map.columns() / panel.place().width;
            explorer.point("Row %d, column %d: activation %s".formatted(row, column, Numbers.brief(map.at(row, column))));
        }));
    }

    private void leave() {
        pointer = Optional.empty();
        explorer.point("");
        canvas.redraw();
    }
}
