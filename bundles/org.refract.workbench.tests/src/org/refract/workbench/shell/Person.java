package org.refract.workbench.shell;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.graphics.ImageLoader;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Scale;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Text;
import org.refract.api.RefractException;

/** Uses a window as a person does: finds widgets by the names that screen readers say, clicks, types, waits and looks. */
final class Person {
    private static final long PATIENCE = 180_000_000_000L;
    private static final int PAUSE = 60;

    private final Shell shell;

    Person(Shell shell) {
        this.shell = shell;
    }

    /** The screen; one for all tests of a thread, because GTK is started once in a process. */
    static Display screen() throws RefractException {
        Screen.require(System.getProperty("os.name"), System.getenv());
        return Display.getCurrent() == null ? Screen.connect() : Display.getCurrent();
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

    /** The letters that lead to a control together with Alt, the menus' included. */
    List<Character> mnemonics() {
        List<Control> all = new ArrayList<>();
        collect(shell, c -> true, all);
        List<String> texts = new ArrayList<>();
        for (Control control : all) {
            if (control instanceof Button button) {
                texts.add(button.getText());
            } else if (control instanceof Label label) {
                texts.add(label.getText());
            }
        }
        for (MenuItem item : shell.getMenuBar().getItems()) {
            texts.add(item.getText());
        }
        return texts.stream().map(t -> t.replace("&&", "")).filter(t -> t.contains("&")).map(t -> Character.toLowerCase(t.charAt(t.indexOf('&') + 1))).toList();
    }

    /** The labels with a letter that leads from them to no control that takes the keyboard, because another one stands behind them. */
    List<String> lostMnemonics() {
        List<Control> all = new ArrayList<>();
        collect(shell, c -> true, all);
        List<String> lost = new ArrayList<>();
        for (Control control : all) {
            if (control instanceof Label label && label.getText().replace("&&", "").contains("&")) {
                List<Control> family = List.of(label.getParent().getChildren());
                Control next = family.size() > family.indexOf(label) + 1 ? family.get(family.indexOf(label) + 1) : label;
                if (next instanceof Label || next instanceof Button || next.getData("org.refract.workbench.name") == null) {
                    lost.add(label.getText());
                }
            }
        }
        return lost;
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

    /** Types one letter after the other, as fast as the window takes them. */
    void typeFast(String field, String text) {
        Text found = find(Text.class, field);
        found.selectAll();
        for (char letter : text.toCharArray()) {
            found.insert(String.valueOf(letter));
            shell.getDisplay().readAndDispatch();
        }
    }

    /** Clicks into a control with the real mouse, at a place of its own. */
    void clickAt(Control control, int x, int y) {
        Display display = shell.getDisplay();
        Point place = control.toDisplay(x, y);
        Event event = new Event();
        event.x = place.x;
        event.y = place.y;
        event.type = SWT.MouseMove;
        display.post(event);
        event.button = 1;
        event.type = SWT.MouseDown;
        display.post(event);
        event.type = SWT.MouseUp;
        display.post(event);
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

    /** Presses a key with modifiers, as it reaches a control. */
    void press(Control control, int modifiers, int key) {
        Event event = new Event();
        event.stateMask = modifiers;
        event.keyCode = key;
        event.character = (char) key;
        control.notifyListeners(SWT.KeyDown, event);
    }

    /** Lets go of a key. */
    void release(Control control, int key) {
        Event event = new Event();
        event.keyCode = key;
        control.notifyListeners(SWT.KeyUp, event);
    }

    /** Draws a line with the mouse's first button. */
    void stroke(Control control, int fromX, int fromY, int toX, int toY) {
        mouse(control, SWT.MouseDown, 1, fromX, fromY);
        for (int i = 1; i <= 8; i++) {
            mouse(control, SWT.MouseMove, 0, fromX + i * (toX - fromX) / 8, fromY + i * (toY - fromY) / 8);
        }
        mouse(control, SWT.MouseUp, 1, toX, toY);
    }

    private static void mouse(Control control, int type, int button, int x, int y) {
        Event event = new Event();
        event.button = button;
        event.x = x;
        event.y = y;
        control.notifyListeners(type, event);
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

    /** What the screen shows where the window is, once it no longer changes. */
    ImageData look() {
        Rectangle bounds = shell.getBounds();
        return still(() -> capture(new GC(shell.getDisplay()), bounds));
    }

    /** What a control shows, once it no longer changes. */
    ImageData look(Control control) {
        Point size = control.getSize();
        return still(() -> capture(new GC(control), new Rectangle(0, 0, size.x, size.y)));
    }

    /** The same picture twice with a pause between, which is longer than a frame of the screen. */
    private ImageData still(Supplier<ImageData> picture) {
        ImageData[] last = {pause(picture)};
        waitUntil("the screen is still", () -> {
            ImageData now = pause(picture);
            boolean same = Arrays.equals(now.data, last[0].data);
            last[0] = now;
            return same;
        });
        return last[0];
    }

    private ImageData pause(Supplier<ImageData> picture) {
        boolean[] over = {false};
        shell.getDisplay().timerExec(PAUSE, () -> over[0] = true);
        while (!over[0]) {
            if (!shell.getDisplay().readAndDispatch()) {
                shell.getDisplay().sleep();
            }
        }
        return picture.get();
    }

    private ImageData capture(GC gc, Rectangle bounds) {
        Image image = new Image(shell.getDisplay(), bounds.width, bounds.height);
        gc.copyArea(image, bounds.x, bounds.y);
        gc.dispose();
        ImageData data = image.getImageData();
        image.dispose();
        return data;
    }

    /** Keeps what the screen shows in {@code target/screenshots}, and makes sure that it is a window with something in it. */
    void photograph(String name) {
        ImageData seen = look();
        ImageLoader loader = new ImageLoader();
        loader.data = new ImageData[] {seen};
        loader.save(folder().resolve(name + ".png").toString(), SWT.IMAGE_PNG);
        assertTrue(seen.width >= 900 && seen.height >= 600, "the window is on the screen");
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < seen.height; y += 3) {
            for (int x = 0; x < seen.width; x += 3) {
                colours.add(seen.getPixel(x, y));
            }
        }
        assertTrue(colours.size() > 100, "the window shows more than an empty surface");
    }

    private static Path folder() {
        try {
            return Files.createDirectories(Path.of("target", "screenshots"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
