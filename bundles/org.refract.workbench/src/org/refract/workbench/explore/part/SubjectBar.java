package org.refract.workbench.explore.part;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.DirectoryDialog;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;
import org.refract.workbench.explore.Recent;

/** Chooses what is studied: a recent folder, or another one. */
final class SubjectBar {
    private final Explorer explorer;
    private final Recent recent;
    private final Combo folders;
    private List<Path> listed = List.of();

    SubjectBar(Composite parent, Explorer explorer, Recent recent) {
        this.explorer = explorer;
        this.recent = recent;
        Composite bar = Grids.wide(Grids.grid(parent, 3));
        Grids.label(bar, "&Model:");
        folders = Grids.wide(Names.name(new Combo(bar, SWT.READ_ONLY), "Run or model"));
        folders.setToolTipText("A run folder that refract unpack made, or the folder of a model");
        folders.addListener(SWT.Selection, e -> explorer.open(Optional.of(listed.get(folders.getSelectionIndex())), true));
        Button open = Names.name(new Button(bar, SWT.PUSH), "Open a folder");
        open.setText("&Open…");
        open.setToolTipText("Opens a run folder or a model folder");
        open.addListener(SWT.Selection, e -> choose());
        list();
        explorer.state().onChange(part -> {
            if (part == Part.SUBJECT) {
                explorer.state().subject().ifPresent(subject -> recent.add(subject.location()));
                list();
            } else if (part == Part.WORK && explorer.state().work().isEmpty()) {
                select();
            }
        });
    }

    /** Names what is open, also after something else could not be opened. */
    private void select() {
        int open = explorer.state().subject().map(subject -> listed.indexOf(subject.location())).orElse(-1);
        if (open < 0) {
            folders.deselectAll();
        } else if (folders.getSelectionIndex() != open) {
            folders.select(open);
        }
    }

    private void list() {
        listed = recent.folders();
        folders.setItems(listed.stream().map(Path::toString).toArray(String[]::new));
        select();
    }

    private void choose() {
        DirectoryDialog dialog = new DirectoryDialog(folders.getShell(), SWT.OPEN);
        dialog.setText("Open a run or a model");
        dialog.setMessage("A run folder that refract unpack made, or the folder of a model");
        explorer.state().subject().map(s -> s.location().getParent()).ifPresent(p -> dialog.setFilterPath(p.toString()));
        String chosen = dialog.open();
        if (chosen != null) {
            explorer.open(Optional.of(Path.of(chosen)), false);
        }
    }
}
