package org.refract.workbench.explore.part;

import java.util.List;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.refract.api.analysis.FeatureId;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Order;
import org.refract.workbench.explore.Part;
import org.refract.workbench.subject.FeatureRow;
import org.refract.workbench.subject.SubjectInfo.DictionaryInfo;

/** The features of one block: those that are active in the picture, or those that a search finds. */
final class FeatureTable {
    private static final int ICON = 36;
    private static final int LABEL = 2;
    private static final int STRENGTH = 4;
    private static final List<String> TITLES = List.of("", "#", "Label", "Density", "Here");
    private static final List<String> HINTS = List.of("The feature alone, drawn without a prompt", "Number in the dictionary",
            "Words that set its examples apart", "Share of all recorded positions at which it is active", "Mean activation in the picture on the screen");
    private static final List<Integer> WIDTHS = List.of(ICON + 12, 48, 60, 66, 76);

    private final Explorer explorer;
    private final Exploration state;
    private final Combo blocks;
    private final Text search;
    private final Button whole;
    private final Label count;
    private final Label nothing;
    private final Table table;
    private final FeatureIcons icons;
    private double strongest;

    FeatureTable(Composite parent, Explorer explorer) {
        this.explorer = explorer;
        state = explorer.state();
        Composite panel = Grids.full(Grids.grid(parent, 4));
        Grids.label(panel, "Bloc&k:");
        blocks = Grids.spanning(Grids.wide(Names.name(new Combo(panel, SWT.READ_ONLY), "Block")), 3);
        blocks.addListener(SWT.Selection, e -> explorer.browsing().chooseDictionary(blocks.getSelectionIndex()));
        Grids.label(panel, "S&earch:");
        search = Grids.wide(Names.name(new Text(panel, SWT.SEARCH | SWT.ICON_SEARCH | SWT.ICON_CANCEL), "Search features"));
        search.setMessage("words of a label, or a number");
        search.addListener(SWT.Modify, e -> explorer.browsing().search(search.getText()));
        whole = Names.name(new Button(panel, SWT.CHECK), "All features");
        whole.setText("A&ll");
        whole.setToolTipText("Lists every feature of the block, not only those that are active in the picture");
        whole.addListener(SWT.Selection, e -> explorer.browsing().wholeDictionary(whole.getSelection()));
        count = Names.name(Grids.label(panel, ""), "How many features");
        nothing = Grids.spanning(Grids.wide(Names.name(Grids.label(panel, ""), "Nothing found")), 4);
        table = Grids.spanning(Grids.full(Names.name(new Table(panel, SWT.VIRTUAL | SWT.FULL_SELECTION | SWT.BORDER | SWT.SINGLE), "Features")), 4);
        table.setHeaderVisible(true);
        icons = new FeatureIcons(table, explorer.atlas(), ICON);
        for (int i = 0; i < TITLES.size(); i++) {
            column(i);
        }
        table.addListener(SWT.SetData, e -> row((TableItem) e.item).ifPresent(row -> fill((TableItem) e.item, row)));
        table.addListener(SWT.PaintItem, this::bar);
        table.addListener(SWT.Resize, e -> stretch());
        table.addListener(SWT.Selection, e -> row((TableItem) e.item).ifPresent(row -> explorer.browsing().select(Optional.of(row))));
        state.onChange(this::show);
        blocks();
        sayNothingFound();
    }

    private void column(int index) {
        TableColumn column = new TableColumn(table, index == 0 || index == LABEL ? SWT.LEFT : SWT.RIGHT);
        column.setText(TITLES.get(index));
        column.setToolTipText(HINTS.get(index));
        column.setWidth(WIDTHS.get(index));
        column.setResizable(index > 0);
        if (index > 0) {
            Order.Column key = Order.Column.values()[index - 1];
            column.addListener(SWT.Selection, e -> explorer.browsing().sort(key));
        }
    }

    /** The label takes the width that the other columns leave. */
    private void stretch() {
        int others = 0;
        for (int i = 0; i < TITLES.size(); i++) {
            others += i == LABEL ? 0 : i == STRENGTH ? WIDTHS.get(i) : table.getColumn(i).getWidth();
        }
        table.getColumn(STRENGTH).setWidth(WIDTHS.get(STRENGTH));
        table.getColumn(LABEL).setWidth(Math.max(WIDTHS.get(LABEL), table.getClientArea().width - others));
    }

    private void show(Part part) {
        switch (part) {
            case SUBJECT -> {
                icons.clear();
                blocks();
            }
            case FEATURES -> rows();
            case SELECTION -> mark();
            default -> { }
        }
    }

    private void blocks() {
        List<DictionaryInfo> dictionaries = state.subject().map(s -> s.dictionaries()).orElse(List.of());
        blocks.setItems(dictionaries.stream().map(FeatureTable::title).toArray(String[]::new));
        blocks.select(state.dictionary());
        blocks.setEnabled(!dictionaries.isEmpty());
        search.setEnabled(!dictionaries.isEmpty());
        whole.setEnabled(!dictionaries.isEmpty());
    }

    private static String title(DictionaryInfo dictionary) {
        String path = dictionary.point().path();
        return dictionary.role().isEmpty() ? path : path + "  (" + dictionary.role() + ")";
    }

    private void rows() {
        if (blocks.getSelectionIndex() != state.dictionary()) {
            blocks.select(state.dictionary());
        }
        whole.setSelection(state.wholeDictionary());
        List<FeatureRow> rows = state.rows();
        strongest = rows.stream().mapToDouble(FeatureRow::strength).max().orElse(0);
        table.setItemCount(rows.size());
        table.clearAll();
        count.setText(rows.size() + " of " + state.features());
        sayNothingFound();
        table.setSortColumn(table.getColumn(state.order().column().ordinal() + 1));
        table.setSortDirection(state.order().descending() ? SWT.DOWN : SWT.UP);
        mark();
    }

    private void mark() {
        int latent = state.selected().map(row -> row.feature().latent()).orElse(-1);
        int index = -1;
        for (int i = 0; i < state.rows().size() && index < 0; i++) {
            index = state.rows().get(i).feature().latent() == latent ? i : -1;
        }
        if (index < 0) {
            table.deselectAll();
        } else if (table.getSelectionIndex() != index) {
            table.setSelection(index);
        }
    }

    /**
     * The feature of a line. GTK asks for the lines that it is about to delete too, which have no place any more: they have no feature. A
     * listener that threw here would leave the table's signals blocked for good.
     */
    private Optional<FeatureRow> row(TableItem item) {
        int index = table.indexOf(item);
        return index >= 0 && index < state.rows().size() ? Optional.of(state.rows().get(index)) : Optional.empty();
    }

    private void fill(TableItem item, FeatureRow row) {
        item.setText(new String[] {"", Integer.toString(row.feature().latent()), row.label(), Numbers.density(row.feature().density()),
            row.strength() > 0 ? Numbers.brief(row.strength()) : "–"});
        state.dictionaryInfo().map(d -> new FeatureId(d.point(), row.feature().latent())).ifPresent(id ->
                item.setImage(0, icons.of(id, () -> again(row))));
    }

    private void again(FeatureRow row) {
        int index = state.rows().indexOf(row);
        if (index >= 0 && index < table.getItemCount()) {
            table.clear(index);
        }
    }

    /** A word in the place of an empty list. */
    private void sayNothingFound() {
        boolean empty = state.rows().isEmpty() && state.dictionaryInfo().isPresent();
        nothing.setText(!empty ? "" : state.search().isBlank() ? "No feature of this block is active in the picture."
                : "No feature of this block is called that; other blocks may have one.");
        GridData place = (GridData) nothing.getLayoutData();
        place.exclude = !empty;
        nothing.setVisible(empty);
        nothing.getParent().layout();
    }

    /** Under the number, a line as long as the feature is strong. */
    private void bar(Event e) {
        if (e.index != STRENGTH || strongest <= 0) {
            return;
        }
        row((TableItem) e.item).ifPresent(row -> {
            Rectangle cell = ((TableItem) e.item).getBounds(STRENGTH);
            int length = (int) Math.round((cell.width - 8) * row.strength() / strongest);
            boolean marked = (e.detail & SWT.SELECTED) != 0;
            e.gc.setBackground(table.getDisplay().getSystemColor(marked ? SWT.COLOR_LIST_SELECTION_TEXT : SWT.COLOR_LINK_FOREGROUND));
            e.gc.fillRectangle(cell.x + cell.width - 4 - length, e.y + e.height - 5, length, 3);
        });
    }
}
