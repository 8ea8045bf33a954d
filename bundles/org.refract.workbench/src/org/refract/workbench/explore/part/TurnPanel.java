package org.refract.workbench.explore.part;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Scale;
import org.eclipse.swt.widgets.Spinner;
import org.refract.workbench.explore.Edit;
import org.refract.workbench.explore.EditMode;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;

/** Turns the selected feature: how, how strongly, and where. */
final class TurnPanel {
    private static final int TICKS = 200;
    /** Typed strengths reach as far as SAEPaint's slider. */
    private static final int MOST_TYPED = 40;

    private final Explorer explorer;
    private final Exploration state;
    private final Composite panel;
    private final Map<EditMode, Button> modes = new EnumMap<>(EditMode.class);
    private final Scale strength;
    private final Spinner exact;
    private final Label ends;
    private final Label effect;
    private final ActingSteps acting;
    private final PaintTools tools;

    TurnPanel(Composite parent, Explorer explorer) {
        this.explorer = explorer;
        state = explorer.state();
        panel = Grids.wide(Grids.grid(parent, 1));
        Composite choice = Grids.wide(Grids.grid(panel, 3));
        for (EditMode mode : EditMode.values()) {
            Button button = Names.name(new Button(choice, SWT.RADIO), mode.title());
            button.setText(mode.title());
            button.addListener(SWT.Selection, e -> {
                if (button.getSelection()) {
                    explorer.turning().mode(mode);
                }
            });
            modes.put(mode, button);
        }
        Composite slider = Grids.wide(Grids.grid(panel, 3));
        Grids.label(slider, "S&trength:");
        strength = Grids.wide(Names.name(new Scale(slider, SWT.HORIZONTAL), "Strength"));
        strength.setMaximum(TICKS);
        strength.setPageIncrement(TICKS / 10);
        strength.addListener(SWT.Selection, e -> explorer.turning().strength(value()));
        ends = Grids.label(slider, "");
        Composite typed = Grids.wide(Grids.grid(panel, 4));
        Grids.label(typed, "E&xactly:");
        exact = Names.name(new Spinner(typed, SWT.BORDER), "Exact strength");
        exact.setToolTipText("A strength beyond the slider's ends can be typed");
        exact.setValues(0, -100 * MOST_TYPED, 100 * MOST_TYPED, 2, 10, 100);
        exact.addListener(SWT.Selection, e -> explorer.turning().strength(exact.getSelection() / 100.0));
        effect = Grids.wide(Names.name(new Label(typed, SWT.NONE), "What the strength means"));
        Button reset = Names.name(new Button(typed, SWT.PUSH), "Reset this feature");
        reset.setText("&Reset");
        reset.setToolTipText("Leaves this feature as it was");
        reset.addListener(SWT.Selection, e -> explorer.turning().reset());
        acting = new ActingSteps(panel, explorer);
        tools = new PaintTools(panel, explorer);
        state.onChange(part -> {
            if (part == Part.SELECTION || part == Part.EDITS || part == Part.PICTURE) {
                show();
            }
        });
        show();
    }

    private double value() {
        EditMode mode = state.current().mode();
        double value = mode.least() + (mode.most() - mode.least()) * strength.getSelection() / TICKS;
        return Math.round(value * 100) / 100.0;
    }

    private void show() {
        boolean ready = state.selected().isPresent() && state.before().isPresent();
        Edit edit = state.current();
        EditMode mode = edit.mode();
        modes.forEach((m, button) -> {
            button.setSelection(m == mode);
            button.setEnabled(ready);
        });
        ends.setText(mode.inWords(mode.least()) + " to " + mode.inWords(mode.most()));
        int ticks = (int) Math.round(TICKS * (edit.strength() - mode.least()) / (mode.most() - mode.least()));
        if (Math.clamp(ticks, 0, TICKS) != strength.getSelection()) {
            strength.setSelection(Math.clamp(ticks, 0, TICKS));
        }
        int hundredths = (int) Math.round(edit.strength() * 100);
        if (hundredths != exact.getSelection()) {
            exact.setSelection(hundredths);
        }
        effect.setText(ready ? words(edit) : "");
        for (Composite row : List.of(strength.getParent(), exact.getParent())) {
            for (Control control : row.getChildren()) {
                control.setEnabled(ready);
            }
        }
        acting.show(ready);
        tools.show(ready && mode == EditMode.PAINT);
        strength.getParent().layout();
    }

    private static String words(Edit edit) {
        if (edit.mode() == EditMode.PAINT && edit.mask().isEmpty()) {
            return "paint on the picture";
        }
        if (edit.strength() == edit.mode().neutral()) {
            return "as it is";
        }
        return edit.mode() != EditMode.SCALE ? "times its mean" : edit.strength() == 0 ? "switched off" : edit.strength() < 0 ? "turned round" : "times its own map";
    }
}
