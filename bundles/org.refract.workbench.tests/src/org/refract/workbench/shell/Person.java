package org.refract.workbench.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Scale;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;

/** Uses a window as a person does: finds widgets by the names that screen readers say, clicks, types, waits and looks. */
final class Person {
    private static final long PATIENCE = 60_000_000_000L;

    private final Shell shell;

    Person(Shell shell) {
        this.shell = shell;
    }

    <C extends Control> C find(Class<C> type, String name) {
        List<Control> found = new ArrayList<>();
        collect(shell, c -> type.isInstance(c) && name.equals(c.getData("org.refract.workbench.name")), found);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " controls are called '" + name + "'");
        }
        return type.cast(found.getFirst());
    }

    private static void collect(Composite parent, Predicate<Control> wanted, List<Control> found) {
        for (Control child : parent.getChildren()) {
            if (wanted.test(child)) {
                found.add(child);
            }
            if (child instanceof Composite composite) {
                collect(composite, wanted, found);
            }
        }
    }

    void click(String button) {
        Button found = find(Button.class, button);
        if (!found.isEnabled()) {
            throw new AssertionError("the button '" + button + "' cannot be pressed now");
        }
        if ((found.getStyle() & (SWT.RADIO | SWT.CHECK | SWT.TOGGLE)) != 0) {
            found.setSelection((found.getStyle() & SWT.RADIO) != 0 || !found.getSelection());
        }
        found.notifyListeners(SWT.Selection, new Event());
    }

    void type(String field, String text) {
        find(Text.class, field).setText(text);
    }

    void spin(String field, int selection) {
        Spinner spinner = find(Spinner.class, field);
        spinner.setSelection(selection);
        spinner.notifyListeners(SWT.Selection, new Event());
    }

    void drag(String slider, int selection) {
        Scale scale = find(Scale.class, slider);
        scale.setSelection(selection);
        scale.notifyListeners(SWT.Selection, new Event());
    }

    void choose(String table, int row) {
        Table found = find(Table.class, table);
        found.setSelection(row);
        Event event = new Event();
        event.item = found.getItem(row);
        found.notifyListeners(SWT.Selection, event);
    }

    String says(String label) {
        return find(Label.class, label).getText();
    }

    /** Serves the window until something has come true. */
    void waitUntil(String what, BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE;
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it never came true that " + what + "; the status says: " + says("Status"));
            }
            if (!shell.getDisplay().readAndDispatch()) {
                shell.getDisplay().timerExec(20, () -> { });
                shell.getDisplay().sleep();
            }
        }
    }

    /** Serves the window until nothing is left to do at once. */
    void settle() {
        for (int i = 0; i < 20; i++) {
            while (shell.getDisplay().readAndDispatch()) {
                continue;
            }
            shell.update();
        }
    }

    /** What the screen shows where the window is. */
    ImageData look() {
        settle();
        Rectangle bounds = shell.getBounds();
        Image image = new Image(shell.getDisplay(), bounds.width, bounds.height);
        GC gc = new GC(shell.getDisplay());
        gc.copyArea(image, bounds.x, bounds.y);
        gc.dispose();
        ImageData data = image.getImageData();
        image.dispose();
        return data;
    }

    /** What a canvas shows. */
    ImageData look(Control control) {
        settle();
        Rectangle size = control.getBounds();
        Image image = new Image(shell.getDisplay(), size.width, size.height);
        GC gc = new GC(control);
        gc.copyArea(image, 0, 0);
        gc.dispose();
        ImageData data = image.getImageData();
        image.dispose();
        return data;
    }
}
