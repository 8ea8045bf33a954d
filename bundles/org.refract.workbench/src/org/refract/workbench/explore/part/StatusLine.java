package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;

/** One sentence at the bottom: what happened, or what to mend. */
final class StatusLine {
    private final Label sign;
    private final Label sentence;
    private final Label pointed;
    private final Image warning;

    StatusLine(Composite parent, Explorer explorer) {
        Composite bar = Grids.wide(Grids.grid(parent, 3));
        sign = new Label(bar, SWT.NONE);
        warning = Glyphs.warning(sign);
        sign.setImage(warning);
        sign.setLayoutData(new GridData(SWT.LEFT, SWT.CENTER, false, false));
        sentence = Grids.wide(Names.name(new Label(bar, SWT.NONE), "Status"));
        pointed = Grids.width(Names.name(new Label(bar, SWT.RIGHT), "Under the pointer"), 300);
        explorer.state().onChange(part -> {
            if (part == Part.STATUS) {
                show(explorer.state());
            }
        });
        show(explorer.state());
    }

    private void show(Exploration state) {
        boolean trouble = state.status().trouble();
        GridData place = (GridData) sign.getLayoutData();
        place.exclude = !trouble;
        sign.setVisible(trouble);
        sentence.setText(state.status().sentence().replace("&", "&&"));
        sentence.setToolTipText(state.status().sentence().isEmpty() ? null : state.status().sentence());
        pointed.setText(state.pointed());
        sign.getParent().layout();
    }
}
