package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.dnd.Clipboard;
import org.eclipse.swt.dnd.TextTransfer;
import org.eclipse.swt.dnd.Transfer;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Text;
import org.refract.workbench.explore.EquivalentCommand;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;

/** The command line that draws the same picture, to copy. */
final class CommandBar {
    private final Text command;

    CommandBar(Composite parent, Explorer explorer) {
        Composite bar = Grids.wide(Grids.grid(parent, 3));
        Grids.label(bar, "Comma&nd:");
        command = Grids.wide(Names.name(new Text(bar, SWT.BORDER | SWT.READ_ONLY | SWT.SINGLE), "Equivalent command"));
        command.setToolTipText("Draws the picture on the screen without the window");
        Button copy = Names.name(new Button(bar, SWT.PUSH), "Copy the command");
        copy.setText("Cop&y");
        copy.addListener(SWT.Selection, e -> {
            Clipboard clipboard = new Clipboard(command.getDisplay());
            clipboard.setContents(new Object[] {command.getText()}, new Transfer[] {TextTransfer.getInstance()});
            clipboard.dispose();
            explorer.say("Copied the command.");
        });
        explorer.state().onChange(part -> {
            if (part == Part.SUBJECT || part == Part.REQUEST || part == Part.EDITS || part == Part.PICTURE) {
                show(EquivalentCommand.of(explorer.state()));
            }
        });
        show(EquivalentCommand.of(explorer.state()));
    }

    private void show(String text) {
        if (!command.getText().equals(text)) {
            command.setText(text);
        }
    }
}
