package org.refract.workbench.shell;

import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.MessageBox;
import org.eclipse.swt.widgets.Shell;
import org.refract.engine.Version;

/** The menu bar of the window. */
final class WindowMenu {
    private WindowMenu() {
    }

    static void on(Shell shell) {
        Menu bar = new Menu(shell, SWT.BAR);
        MenuItem quit = item(submenu(bar, "Re&fract"), "&Quit\tCtrl+Q", shell::close);
        quit.setAccelerator(SWT.MOD1 | 'Q');
        item(submenu(bar, "Help"), "&About Refract", () -> about(shell));
        shell.setMenuBar(bar);
    }

    private static Menu submenu(Menu bar, String title) {
        MenuItem head = new MenuItem(bar, SWT.CASCADE);
        head.setText(title);
        Menu menu = new Menu(bar);
        head.setMenu(menu);
        return menu;
    }

    private static MenuItem item(Menu menu, String title, Runnable action) {
        MenuItem item = new MenuItem(menu, SWT.PUSH);
        item.setText(title);
        item.addListener(SWT.Selection, e -> action.run());
        return item;
    }

    private static void about(Shell shell) {
        MessageBox box = new MessageBox(shell, SWT.ICON_INFORMATION | SWT.OK);
        box.setText("About Refract");
        box.setMessage("Refract " + Version.refract() + " takes generative models apart.\n\nApache License 2.0; the licences of what it builds on "
                + "are in the file NOTICE.");
        box.open();
    }
}
