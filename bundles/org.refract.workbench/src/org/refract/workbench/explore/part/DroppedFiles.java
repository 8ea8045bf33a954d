package org.refract.workbench.explore.part;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.swt.dnd.DND;
import org.eclipse.swt.dnd.DropTarget;
import org.eclipse.swt.dnd.DropTargetAdapter;
import org.eclipse.swt.dnd.DropTargetEvent;
import org.eclipse.swt.dnd.FileTransfer;
import org.eclipse.swt.widgets.Control;
import org.refract.workbench.explore.Explorer;

/** Takes what is dropped on the window: a picture is drawn again, a folder is opened. */
final class DroppedFiles {
    private DroppedFiles() {
    }

    static void on(Control control, Explorer explorer) {
        DropTarget target = new DropTarget(control, DND.DROP_COPY | DND.DROP_MOVE | DND.DROP_DEFAULT);
        target.setTransfer(FileTransfer.getInstance());
        target.addDropListener(new DropTargetAdapter() {
            @Override
            public void dragEnter(DropTargetEvent event) {
                event.detail = DND.DROP_COPY;
            }

            @Override
            public void drop(DropTargetEvent event) {
                if (event.data instanceof String[] files && files.length > 0) {
                    dropped(Path.of(files[0]), explorer);
                }
            }
        });
    }

    private static void dropped(Path file, Explorer explorer) {
        if (Files.isDirectory(file)) {
            explorer.open(Optional.of(file), false);
        } else {
            explorer.keeping().restore(file);
        }
    }
}
