package org.refract.workbench.explore.part;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.dnd.Clipboard;
import org.eclipse.swt.dnd.ImageTransfer;
import org.eclipse.swt.dnd.Transfer;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.refract.api.RefractException;
import org.refract.engine.file.AtomicFile;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;
import org.refract.workbench.explore.Comparison;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.picture.Pixels;
import org.refract.workbench.subject.Drawing;

/** What a right click on the picture offers: save, save with the heat map, copy, restore from a saved one. */
final class PictureMenu {
    private final Control owner;
    private final Explorer explorer;

    private PictureMenu(Control owner, Explorer explorer) {
        this.owner = owner;
        this.explorer = explorer;
    }

    static void on(Control owner, Explorer explorer) {
        PictureMenu actions = new PictureMenu(owner, explorer);
        Menu menu = new Menu(owner);
        MenuItem save = item(menu, "&Save picture…", () -> actions.shown().ifPresent(d ->
                actions.save(file -> explorer.keeping().save(d, file), "*.png;*.jpg;*.jpeg;*.webp")));
        MenuItem saveMap = item(menu, "Save picture with &heat map…", () -> actions.withMap().ifPresent(p -> actions.save(file -> actions.write(p, file), "*.png")));
        new MenuItem(menu, SWT.SEPARATOR);
        MenuItem copy = item(menu, "&Copy picture", () -> actions.shown().ifPresent(d -> actions.copy(d.picture())));
        item(menu, "&Restore from a picture…", actions::restore);
        menu.addListener(SWT.Show, e -> {
            save.setEnabled(actions.shown().isPresent());
            saveMap.setEnabled(actions.withMap().isPresent());
            copy.setEnabled(actions.shown().isPresent());
        });
        owner.setMenu(menu);
    }

    private static MenuItem item(Menu menu, String text, Runnable action) {
        MenuItem item = new MenuItem(menu, SWT.PUSH);
        item.setText(text);
        item.addListener(SWT.Selection, e -> action.run());
        return item;
    }

    private Optional<Drawing> shown() {
        Exploration state = explorer.state();
        return state.comparison() == Comparison.BEFORE ? state.before() : state.after().or(state::before);
    }

    private Optional<Pixels> withMap() {
        Exploration state = explorer.state();
        return shown().flatMap(drawing -> state.map(drawing).filter(m -> m.max() > 0).map(map -> {
            Pixels picture = drawing.picture();
            Pixels cells = map.coloured(state.overlay().colours(), state.overlay().opacity());
            return picture.under(cells.scaledTo(picture.width(), picture.height()));
        }));
    }

    private void save(Consumer<Path> write, String... endings) {
        FileDialog dialog = new FileDialog(owner.getShell(), SWT.SAVE);
        dialog.setText("Save picture");
        dialog.setFilterExtensions(endings);
        dialog.setFileName("picture-" + explorer.state().request().seed() + ".png");
        dialog.setOverwrite(true);
        String chosen = dialog.open();
        if (chosen != null) {
            write.accept(Path.of(chosen.matches("(?i).*\\.(png|jpe?g|webp)") ? chosen : chosen + ".png"));
        }
    }

    private void restore() {
        FileDialog dialog = new FileDialog(owner.getShell(), SWT.OPEN);
        dialog.setText("Restore prompt, seed, steps and edits from a picture");
        dialog.setFilterExtensions(new String[] {"*.png;*.jpg;*.jpeg;*.webp"});
        String chosen = dialog.open();
        if (chosen != null) {
            explorer.keeping().restore(Path.of(chosen));
        }
    }

    /** A picture with a heat map over it, which no request draws. */
    private void write(Pixels picture, Path file) {
        try {
            AtomicFile.write(file, PictureFile.bytes(file, picture.toOpaqueImage(), PictureText.NONE));
            explorer.say("Saved " + file + ".");
        } catch (RefractException e) {
            explorer.warn("The picture could not be written to " + file + "; choose another folder.");
        }
    }

    private void copy(Pixels picture) {
        Clipboard clipboard = new Clipboard(owner.getDisplay());
        clipboard.setContents(new Object[] {Pictures.data(picture)}, new Transfer[] {ImageTransfer.getInstance()});
        clipboard.dispose();
        explorer.say("Copied the picture.");
    }
}
