package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.refract.workbench.explore.Explorer;

/** The menu of what can be taken back; it is in the window's bar as long as the view is. */
final class EditMenu {
    private EditMenu() {
    }

    static void on(Control page, Explorer explorer) {
        Menu bar = page.getShell().getMenuBar();
        if (bar == null) {
            return;
        }
        MenuItem head = new MenuItem(bar, SWT.CASCADE, Math.min(1, bar.getItemCount()));
        head.setText("Edit");
        Menu menu = new Menu(bar);
        head.setMenu(menu);
        MenuItem undo = item(menu, "&Undo\tCtrl+Z", explorer::undo);
        MenuItem redo = item(menu, "&Redo\tCtrl+Shift+Z", explorer::redo);
        new MenuItem(menu, SWT.SEPARATOR);
        MenuItem reset = item(menu, "Reset &all edits", explorer.turning()::resetAll);
        menu.addListener(SWT.Show, e -> {
            undo.setEnabled(explorer.canUndo());
            redo.setEnabled(explorer.canRedo());
            reset.setEnabled(!explorer.state().edits().all().isEmpty());
        });
        page.addListener(SWT.Dispose, e -> head.dispose());
    }

    private static MenuItem item(Menu menu, String title, Runnable action) {
        MenuItem item = new MenuItem(menu, SWT.PUSH);
        item.setText(title);
        item.addListener(SWT.Selection, e -> action.run());
        return item;
    }
}
