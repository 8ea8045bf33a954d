package org.refract.workbench.explore.part;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.RowData;
import org.eclipse.swt.layout.RowLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Scale;
import org.refract.workbench.explore.Comparison;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Overlay;
import org.refract.workbench.explore.Part;
import org.refract.workbench.picture.Colormap;
import org.refract.workbench.subject.ActiveFeatures;

/** What is shown of the pictures, and the heat map over them. */
final class PictureBar {
    private static final Map<Comparison, String> TITLES = new EnumMap<>(Map.of(Comparison.BEFORE, "&Before", Comparison.AFTER, "&After",
            Comparison.SIDE_BY_SIDE, "Both", Comparison.WIPE, "&Wipe", Comparison.FLICKER, "Flicker", Comparison.DIFFERENCE, "Difference"));
    private static final Map<Comparison, String> HINTS = new EnumMap<>(Map.of(Comparison.BEFORE, "The untouched picture (hold F3 to see it for a moment)",
            Comparison.AFTER, "The picture with the edits", Comparison.SIDE_BY_SIDE, "Both pictures",
            Comparison.WIPE, "Both in one place; drag the divider", Comparison.FLICKER, "Both in one place, in turns",
            Comparison.DIFFERENCE, "Where the pictures differ"));

    private static final int OPACITY_WIDTH = 80;

    private final Exploration state;
    private final Map<Comparison, Button> comparisons = new EnumMap<>(Comparison.class);
    private final Button shown;
    private final Scale opacity;
    private final Combo colours;
    private final Combo step;

    PictureBar(Composite parent, Explorer explorer) {
        state = explorer.state();
        Composite views = row(parent);
        for (Comparison comparison : Comparison.values()) {
            Button button = Names.name(new Button(views, SWT.TOGGLE), TITLES.get(comparison).replace("&", ""));
            button.setText(TITLES.get(comparison));
            button.setToolTipText(HINTS.get(comparison));
            button.addListener(SWT.Selection, e -> explorer.compare(comparison));
            comparisons.put(comparison, button);
        }
        Composite bar = row(parent);
        shown = Names.name(new Button(bar, SWT.CHECK), "Heat map");
        shown.setText("&Heat map");
        shown.setToolTipText("Shows where the selected feature is active; zero is transparent. It hides when an edited picture comes; hold F2 to see it");
        shown.addListener(SWT.Selection, e -> explorer.overlay(state.overlay().withShown(shown.getSelection())));
        opacity = Names.name(new Scale(bar, SWT.HORIZONTAL), "Opacity of the heat map");
        opacity.setLayoutData(new RowData(OPACITY_WIDTH, SWT.DEFAULT));
        opacity.setMaximum(100);
        opacity.setToolTipText("Opacity of the heat map");
        opacity.addListener(SWT.Selection, e -> explorer.overlay(state.overlay().withOpacity(opacity.getSelection() / 100.0)));
        colours = Names.name(new Combo(bar, SWT.READ_ONLY), "Colours of the heat map");
        for (Colormap map : Colormap.values()) {
            colours.add(map.title());
        }
        colours.addListener(SWT.Selection, e -> explorer.overlay(state.overlay().withColours(Colormap.values()[colours.getSelectionIndex()])));
        step = Names.name(new Combo(bar, SWT.READ_ONLY), "Denoising step");
        step.setLayoutData(new RowData());
        step.setToolTipText("The denoising step whose activations are shown and listed");
        step.addListener(SWT.Selection, e -> explorer.overlay(state.overlay().withStep(step.getSelectionIndex() - 1)));
        state.onChange(part -> {
            if (part == Part.PICTURE || part == Part.OVERLAY || part == Part.SUBJECT) {
                show();
            }
        });
        show();
    }

    private static Composite row(Composite parent) {
        Composite row = Grids.wide(new Composite(parent, SWT.NONE));
        RowLayout layout = new RowLayout();
        layout.center = true;
        layout.marginLeft = 0;
        layout.marginTop = 0;
        layout.marginBottom = 0;
        row.setLayout(layout);
        return row;
    }

    private void show() {
        comparisons.forEach((comparison, button) -> Toggles.press(button, comparison == state.comparison()));
        Overlay overlay = state.overlay();
        shown.setSelection(overlay.shown());
        opacity.setSelection((int) Math.round(100 * overlay.opacity()));
        opacity.setEnabled(overlay.shown());
        colours.select(overlay.colours().ordinal());
        colours.setEnabled(overlay.shown());
        int steps = state.active().map(a -> a.steps().size()).orElse(1);
        if (step.getItemCount() != steps + 1) {
            List<String> items = new ArrayList<>(List.of("All steps"));
            for (int i = 1; i <= steps; i++) {
                items.add("Step " + i);
            }
            step.setItems(items.toArray(String[]::new));
        }
        step.select(overlay.step() == ActiveFeatures.EVERY_STEP ? 0 : Math.min(overlay.step() + 1, steps));
        RowData place = (RowData) step.getLayoutData();
        if (place.exclude == steps > 1) {
            place.exclude = steps == 1;
            step.setVisible(steps > 1);
            step.getParent().getParent().layout(true, true);
        }
    }
}
