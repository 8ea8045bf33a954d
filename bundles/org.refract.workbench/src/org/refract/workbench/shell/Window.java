package org.refract.workbench.shell;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.CTabFolder;
import org.eclipse.swt.custom.CTabItem;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.layout.FillLayout;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.view.View;
import org.refract.engine.extension.Calls;
import org.refract.engine.extension.Origin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A shell with one tab per view. Views come and go while it is open. On the screen's thread only. */
public final class Window {
    private static final Logger LOG = LoggerFactory.getLogger(Window.class);
    private static final Rectangle FIRST = new Rectangle(40, 40, 1440, 900);
    private static final int NARROWEST = 1100;
    private static final int LOWEST = 600;

    private final Shell shell;
    private final CTabFolder tabs;
    private final Memory memory;
    private final Map<View, CTabItem> items = new LinkedHashMap<>();

    public Window(Display display, Memory memory) {
        this.memory = memory;
        shell = new Shell(display, SWT.SHELL_TRIM);
        shell.setText("Refract");
        shell.setLayout(new FillLayout());
        shell.setMinimumSize(NARROWEST, LOWEST);
        shell.setBounds(remembered(display));
        shell.setMaximized(memory.get("window.maximized").filter("true"::equals).isPresent());
        tabs = new CTabFolder(shell, SWT.FLAT);
        WindowMenu.on(shell);
        shell.addListener(SWT.Close, e -> {
            remember();
            shell.setVisible(false);
        });
    }

    /** The shell. */
    public Shell shell() {
        return shell;
    }

    private Rectangle remembered(Display display) {
        Rectangle screen = display.getPrimaryMonitor().getClientArea();
        int width = Math.min(memory.integer("window.width", FIRST.width), screen.width);
        int height = Math.min(memory.integer("window.height", FIRST.height), screen.height);
        int x = Math.clamp(memory.integer("window.x", FIRST.x), screen.x, screen.x + screen.width - width);
        int y = Math.clamp(memory.integer("window.y", FIRST.y), screen.y, screen.y + screen.height - height);
        return new Rectangle(x, y, width, height);
    }

    private void remember() {
        memory.put("window.maximized", Boolean.toString(shell.getMaximized()));
        if (!shell.getMaximized()) {
            Rectangle bounds = shell.getBounds();
            memory.put("window.x", Integer.toString(bounds.x));
            memory.put("window.y", Integer.toString(bounds.y));
            memory.put("window.width", Integer.toString(bounds.width));
            memory.put("window.height", Integer.toString(bounds.height));
        }
        memory.save();
    }

    /** Gives a view its tab, once; one that fails says so on its tab and the others stay. */
    public void add(View view) {
        if (items.containsKey(view)) {
            return;
        }
        Composite content = new Composite(tabs, SWT.NONE);
        content.setLayout(new FillLayout());
        CTabItem item = new CTabItem(tabs, SWT.NONE);
        item.setControl(content);
        items.put(view, item);
        try {
            open(view, item, content);
        } catch (Exception | Error e) {
            LOG.error("a view failed", e);
            for (var child : content.getChildren()) {
                child.dispose();
            }
            item.setText("(failed)");
            new Label(content, SWT.WRAP).setText("This view%s failed when it was opened (%s).".formatted(maker(view), e.getClass().getSimpleName()));
        }
        if (tabs.getSelectionIndex() < 0) {
            tabs.setSelection(item);
        }
    }

    /** Whoever waits for this thread can see which view keeps it. */
    private static void open(View view, CTabItem item, Composite content) throws Exception {
        String who = Optional.ofNullable(FrameworkUtil.getBundle(view.getClass())).map(bundle -> Origin.of(bundle).toString()).orElse("of Refract");
        Calls.ofThisThread().run(who, "view '" + view.getClass().getSimpleName() + "' (create)", () -> {
            item.setText(view.title());
            view.create(content);
            return item;
        });
    }

    private static String maker(View view) {
        return Optional.ofNullable(FrameworkUtil.getBundle(view.getClass())).map(bundle -> " of " + Origin.of(bundle)).orElse("");
    }

    /** Takes a view's tab away. */
    public void remove(View view) {
        CTabItem item = items.remove(view);
        if (item != null && !item.isDisposed()) {
            item.getControl().dispose();
            item.dispose();
        }
    }

    /** Shows the window and serves it until it is closed. */
    public void run() {
        shell.open();
        Display display = shell.getDisplay();
        while (!shell.isDisposed()) {
            try {
                if (!display.readAndDispatch()) {
                    display.sleep();
                }
            } catch (RuntimeException | LinkageError e) {
                LOG.error("the window met an error and goes on", e);
            }
        }
    }
}
