package org.refract.workbench.shell;

import java.util.function.BiConsumer;
import org.eclipse.swt.SWTException;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Widget;

/** Brings work to the screen's thread, as long as a widget lives; later it is dropped. Any thread. */
final class ScreenThread implements BiConsumer<Integer, Runnable> {
    private final Display display;
    private final Widget owner;

    ScreenThread(Widget owner) {
        this.owner = owner;
        this.display = owner.getDisplay();
    }

    @Override
    public void accept(Integer milliseconds, Runnable action) {
        Runnable alive = () -> {
            if (!owner.isDisposed()) {
                action.run();
            }
        };
        try {
            display.asyncExec(milliseconds == 0 ? alive : () -> display.timerExec(milliseconds, alive));
        } catch (SWTException e) {
            if (!display.isDisposed()) {
                throw e;
            }
        }
    }
}
