package org.refract.workbench.explore.part;

import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.CTabFolder;
import org.eclipse.swt.custom.CTabItem;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.FeatureId;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;
import org.refract.workbench.subject.FeatureRow;

/** Everything about the selected feature: name, numbers, how to turn it, examples, nearest features, histogram. */
final class DetailsPanel {
    private static final int ICON = 64;

    private final Exploration state;
    private final Explorer explorer;
    private final Label icon;
    private final Label name;
    private final Label numbers;
    private final FeatureIcons icons;

    DetailsPanel(Composite parent, Explorer explorer) {
        this.explorer = explorer;
        state = explorer.state();
        Composite panel = Grids.full(Grids.grid(parent, 2));
        icon = new Label(panel, SWT.NONE);
        GridData place = new GridData(SWT.LEFT, SWT.TOP, false, false, 1, 2);
        place.widthHint = ICON;
        place.heightHint = ICON;
        icon.setLayoutData(place);
        icons = new FeatureIcons(icon, explorer.atlas(), ICON);
        name = Grids.wide(Names.name(new Label(panel, SWT.WRAP), "Selected feature"));
        name.setFont(Fonts.heading(name));
        numbers = Grids.wide(Names.name(new Label(panel, SWT.WRAP), "Its numbers"));
        Composite rest = Grids.spanning(Grids.full(Grids.grid(panel, 1)), 2);
        new TurnPanel(rest, explorer);
        CTabFolder tabs = Grids.full(Names.name(new CTabFolder(rest, SWT.FLAT | SWT.BORDER), "Details"));
        tab(tabs, "Examples", new ExampleGrid(tabs, explorer).control());
        tab(tabs, "Nearest", new NeighbourTable(tabs, explorer).control());
        tab(tabs, "Histogram", new HistogramChart(tabs, explorer).control());
        tabs.setSelection(0);
        state.onChange(part -> {
            if (part == Part.SELECTION || part == Part.SUBJECT) {
                show();
            }
        });
        show();
    }

    private static void tab(CTabFolder tabs, String title, Control content) {
        CTabItem item = new CTabItem(tabs, SWT.NONE);
        item.setText(title);
        item.setControl(content);
    }

    private void show() {
        icons.clear();
        if (state.selected().isEmpty()) {
            icon.setImage(null);
            name.setText("No feature selected");
            numbers.setText("Select one in the list.");
        } else {
            FeatureRow row = state.selected().get();
            name.setText("#" + row.feature().latent() + (row.label().isEmpty() ? "" : "  " + row.label().replace("&", "&&")));
            numbers.setText(numbers(row.feature(), row.strength()));
            showIcon();
        }
        name.getParent().layout(true, true);
    }

    private void showIcon() {
        state.selectedId().ifPresent((FeatureId id) -> icon.setImage(icons.of(id, () -> {
            if (state.selectedId().filter(id::equals).isPresent()) {
                icon.setImage(icons.of(id, () -> { }));
            }
        })));
    }

    private static String numbers(Feature feature, double here) {
        if (!feature.alive()) {
            return "Never active in the recordings.";
        }
        return "active at %s · mean %s ± %s · max %s%nin this picture %s".formatted(Numbers.density(feature.density()), Numbers.brief(feature.mean()),
                Numbers.brief(feature.std()), Numbers.brief(feature.max()), here > 0 ? Numbers.brief(here) + " on average" : "not active");
    }
}
