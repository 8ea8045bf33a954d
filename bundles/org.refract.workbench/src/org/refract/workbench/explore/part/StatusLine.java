package org.refract.workbench.explore.part;

import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.layout.GridLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.DirectoryDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;

/** One sentence at the bottom: what happened, or what to mend. What has no room is cut with an ellipsis and shown whole at a click. */
final class StatusLine {
    private static final String ELLIPSIS = "…";

    private final Explorer explorer;
    private final Label sign;
    private final Label sentence;
    private final Button whole;
    private final Button locate;
    private final Label pointed;

    StatusLine(Composite parent, Explorer explorer) {
        this.explorer = explorer;
        Composite bar = Grids.wide(Grids.grid(parent, 5));
        sign = new Label(bar, SWT.NONE);
        Image warning = Glyphs.warning(sign);
        sign.setImage(warning);
        sign.setLayoutData(new GridData(SWT.LEFT, SWT.CENTER, false, false));
        sentence = Grids.wide(Names.name(new Label(bar, SWT.NONE), "Status"));
        ((GridData) sentence.getLayoutData()).widthHint = 100;
        sentence.addListener(SWT.Resize, e -> cut());
        whole = button(bar, "Whole sentence", "More" + ELLIPSIS, "Shows the whole sentence, to read and to copy", this::showWhole);
        locate = button(bar, "Locate the model", "Locate the model" + ELLIPSIS, "Says where the run's model lies now", this::locate);
        pointed = Grids.width(Names.name(new Label(bar, SWT.RIGHT), "Under the pointer"), 300);
        ((GridData) bar.getLayoutData()).heightHint = whole.computeSize(SWT.DEFAULT, SWT.DEFAULT).y;
        explorer.state().onChange(part -> {
            if (part == Part.STATUS) {
                show(explorer.state());
            }
        });
        show(explorer.state());
    }

    private static Button button(Composite bar, String name, String text, String hint, Runnable action) {
        Button button = Names.name(new Button(bar, SWT.PUSH), name);
        button.setText(text);
        button.setToolTipText(hint);
        button.setLayoutData(new GridData(SWT.RIGHT, SWT.CENTER, false, false));
        button.addListener(SWT.Selection, e -> action.run());
        return button;
    }

    private void show(Exploration state) {
        there(sign, state.status().trouble());
        there(locate, state.homeless().isPresent());
        String words = state.status().sentence();
        sentence.setToolTipText(words.isEmpty() ? null : words);
        pointed.setText(state.pointed());
        there(pointed, !state.pointed().isEmpty());
        sign.getParent().layout();
        cut();
    }

    private static void there(Control control, boolean there) {
        ((GridData) control.getLayoutData()).exclude = !there;
        control.setVisible(there);
    }

    /** Writes as much as there is room for. */
    private void cut() {
        String words = explorer.state().status().sentence().replace('\n', ' ');
        GC gc = new GC(sentence);
        int room = sentence.getSize().x;
        boolean fits = gc.textExtent(words).x <= room;
        int most = words.length();
        if (!fits) {
            int least = 0;
            while (least < most - 1) {
                int middle = (least + most) / 2;
                if (gc.textExtent(words.substring(0, middle) + ELLIPSIS).x <= room) {
                    least = middle;
                } else {
                    most = middle;
                }
            }
            most = least;
        }
        gc.dispose();
        String shown = fits ? words : words.substring(0, most).stripTrailing() + ELLIPSIS;
        if (!sentence.getText().equals(shown.replace("&", "&&"))) {
            sentence.setText(shown.replace("&", "&&"));
        }
        if (whole.getVisible() == fits || ((GridData) whole.getLayoutData()).exclude != fits) {
            there(whole, !fits);
            whole.getParent().layout();
        }
    }

    private void showWhole() {
        Shell dialog = new Shell(sentence.getShell(), SWT.DIALOG_TRIM | SWT.RESIZE | SWT.APPLICATION_MODAL);
        dialog.setText("Refract");
        dialog.setLayout(new GridLayout(1, false));
        Text text = Grids.full(Names.name(new Text(dialog, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY | SWT.V_SCROLL), "The whole sentence"));
        text.setText(explorer.state().status().sentence());
        Button close = new Button(dialog, SWT.PUSH);
        close.setText("Close");
        close.setLayoutData(new GridData(SWT.RIGHT, SWT.CENTER, false, false));
        close.addListener(SWT.Selection, e -> dialog.close());
        dialog.setDefaultButton(close);
        dialog.setSize(640, 220);
        dialog.open();
    }

    private void locate() {
        Optional<Path> run = explorer.state().homeless();
        DirectoryDialog dialog = new DirectoryDialog(sentence.getShell(), SWT.OPEN);
        dialog.setText("Locate the model");
        dialog.setMessage("Where the model of " + run.map(Path::toString).orElse("the run") + " lies now");
        String chosen = dialog.open();
        if (chosen != null) {
            explorer.open(run, Optional.of(Path.of(chosen)), false);
        }
    }
}
