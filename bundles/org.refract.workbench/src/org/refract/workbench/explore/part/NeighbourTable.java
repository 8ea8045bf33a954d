package org.refract.workbench.explore.part;

import java.util.List;
import java.util.Locale;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.refract.api.analysis.FeatureId;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;
import org.refract.workbench.subject.FeatureDetails;
import org.refract.workbench.subject.FeatureDetails.Neighbour;

/** The features most like the selected one; Enter or a double click goes there. */
final class NeighbourTable {
    private static final int ICON = 28;

    private final Table table;

    NeighbourTable(Composite parent, Explorer explorer) {
        table = Names.name(new Table(parent, SWT.FULL_SELECTION | SWT.SINGLE), "Nearest features");
        table.setHeaderVisible(true);
        column(SWT.LEFT, "", ICON + 12);
        column(SWT.RIGHT, "#", 58);
        column(SWT.LEFT, "Label", 190);
        column(SWT.RIGHT, "Cosine", 76);
        FeatureIcons icons = new FeatureIcons(table, explorer.atlas(), ICON);
        table.addListener(SWT.DefaultSelection, e -> explorer.browsing().select((FeatureId) e.item.getData()));
        explorer.state().onChange(part -> {
            if (part == Part.SUBJECT) {
                table.removeAll();
                icons.clear();
            } else if (part == Part.DETAILS || part == Part.SELECTION) {
                fill(explorer, icons);
            }
        });
    }

    Table control() {
        return table;
    }

    private void column(int style, String title, int width) {
        TableColumn column = new TableColumn(table, style);
        column.setText(title);
        column.setWidth(width);
    }

    private void fill(Explorer explorer, FeatureIcons icons) {
        List<Neighbour> nearest = explorer.state().details().map(FeatureDetails::nearest).orElse(List.of());
        table.removeAll();
        for (Neighbour neighbour : nearest) {
            TableItem item = new TableItem(table, SWT.NONE);
            item.setText(new String[] {"", Integer.toString(neighbour.row().feature().latent()), neighbour.row().label(),
                String.format(Locale.ROOT, "%.3f", neighbour.cosine())});
            explorer.state().dictionaryInfo().ifPresent(d -> {
                FeatureId id = new FeatureId(d.point(), neighbour.row().feature().latent());
                item.setData(id);
                item.setImage(0, icons.of(id, () -> {
                    if (!item.isDisposed()) {
                        item.setImage(0, icons.of(id, () -> { }));
                    }
                }));
            });
        }
    }
}
