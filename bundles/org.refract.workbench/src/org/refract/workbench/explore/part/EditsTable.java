package org.refract.workbench.explore.part;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.FormAttachment;
import org.eclipse.swt.layout.FormData;
import org.eclipse.swt.layout.FormLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.refract.workbench.explore.Edit;
import org.refract.workbench.explore.EditMode;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;

/** All edits at once: a tick takes one in, no tick leaves it out, Delete takes it off. */
final class EditsTable {
    private static final List<String> TITLES = List.of("Feature", "How", "Strength");
    private static final int LEAST_WIDTH = 240;
    private static final int GAP = 4;

    private final Explorer explorer;
    private final Exploration state;
    private final Table table;
    private final Button remove;
    private final Button resetAll;
    private List<Edit> listed = List.of();

    EditsTable(Composite parent, Explorer explorer) {
        this.explorer = explorer;
        state = explorer.state();
        Composite panel = Grids.full(new Composite(parent, SWT.NONE));
        panel.setLayout(new FormLayout());
        Label head = Grids.label(panel, "Ed&its (untick to leave one out)");
        table = Names.name(new Table(panel, SWT.CHECK | SWT.FULL_SELECTION | SWT.BORDER | SWT.SINGLE), "Edits");
        table.setHeaderVisible(true);
        for (String title : TITLES) {
            TableColumn column = new TableColumn(table, SWT.LEFT);
            column.setText(title);
        }
        Composite buttons = Grids.grid(panel, 2);
        remove = Names.name(new Button(buttons, SWT.PUSH), "Remove edit");
        remove.setText("Remo&ve");
        remove.addListener(SWT.Selection, e -> chosen(explorer.turning()::remove));
        resetAll = Names.name(new Button(buttons, SWT.PUSH), "Reset all edits");
        resetAll.setText("Reset all");
        resetAll.addListener(SWT.Selection, e -> explorer.turning().resetAll());
        place(head, table, buttons);
        table.addListener(SWT.Resize, e -> stretch());
        stretch();
        table.addListener(SWT.Selection, this::select);
        table.addListener(SWT.KeyDown, e -> {
            if (e.keyCode == SWT.DEL) {
                chosen(explorer.turning()::remove);
            }
        });
        state.onChange(part -> {
            if (part == Part.EDITS || part == Part.SELECTION) {
                show();
            }
        });
        show();
    }

    /** The buttons are above the table and come after it for the keyboard, so that the head's letter leads into the table. */
    private static void place(Label head, Table table, Composite buttons) {
        FormData above = new FormData();
        above.top = new FormAttachment(0);
        above.right = new FormAttachment(100);
        buttons.setLayoutData(above);
        FormData left = new FormData();
        left.top = new FormAttachment(buttons, 0, SWT.CENTER);
        left.left = new FormAttachment(0);
        left.right = new FormAttachment(buttons);
        head.setLayoutData(left);
        FormData whole = new FormData(SWT.DEFAULT, 0);
        whole.top = new FormAttachment(buttons, GAP);
        whole.bottom = new FormAttachment(100);
        whole.left = new FormAttachment(0);
        whole.right = new FormAttachment(100);
        table.setLayoutData(whole);
    }

    /** The columns share the width that is there. */
    private void stretch() {
        int width = Math.max(LEAST_WIDTH, table.getClientArea().width);
        table.getColumn(0).setWidth(width * 42 / 100);
        table.getColumn(1).setWidth(width * 38 / 100);
        table.getColumn(2).setWidth(width - width * 42 / 100 - width * 38 / 100);
    }

    private void select(Event e) {
        int index = table.indexOf((TableItem) e.item);
        if (index < 0 || index >= listed.size()) {
            return;
        }
        Edit edit = listed.get(index);
        if (e.detail == SWT.CHECK) {
            explorer.turning().mute(edit, !((TableItem) e.item).getChecked());
        } else {
            explorer.browsing().look(edit);
        }
    }

    private void chosen(Consumer<Edit> action) {
        int index = table.getSelectionIndex();
        if (index >= 0 && index < listed.size()) {
            action.accept(listed.get(index));
        }
    }

    private void show() {
        List<Edit> edits = state.edits().all();
        if (!edits.equals(listed)) {
            listed = new ArrayList<>(edits);
            table.setItemCount(listed.size());
            for (int i = 0; i < listed.size(); i++) {
                fill(table.getItem(i), listed.get(i));
            }
        }
        int current = -1;
        for (int i = 0; i < listed.size(); i++) {
            current = listed.get(i).feature().equals(state.current().feature()) && listed.get(i).mode() == state.current().mode() ? i : current;
        }
        if (current >= 0 && table.getSelectionIndex() != current) {
            table.setSelection(current);
        } else if (current < 0) {
            table.deselectAll();
        }
        remove.setEnabled(current >= 0);
        resetAll.setEnabled(!listed.isEmpty());
    }

    private static String acting(Edit.Steps steps) {
        String last = steps.last() == Integer.MAX_VALUE ? "on" : "to " + (steps.last() + 1);
        return steps.equals(Edit.Steps.ALL) ? "" : ", step " + (steps.first() + 1) + " " + last;
    }

    private static void fill(TableItem item, Edit edit) {
        String name = "#" + edit.feature().latent() + (edit.label().isEmpty() ? "" : "  " + edit.label());
        String where = edit.mode() == EditMode.PAINT && edit.mask().isEmpty() ? "nothing painted" : edit.mode().title() + acting(edit.acting());
        item.setText(new String[] {name, where, edit.mode().inWords(edit.strength())});
        item.setChecked(!edit.muted());
    }
}
