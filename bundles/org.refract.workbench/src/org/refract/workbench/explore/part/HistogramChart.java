package org.refract.workbench.explore.part;

import java.util.Arrays;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Color;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swtchart.Chart;
import org.eclipse.swtchart.IAxis;
import org.eclipse.swtchart.IBarSeries;
import org.eclipse.swtchart.IBarSeries.BarWidthStyle;
import org.eclipse.swtchart.ISeries.SeriesType;
import org.eclipse.swtchart.LineStyle;
import org.eclipse.swtchart.Range;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;
import org.refract.workbench.subject.FeatureDetails;
import org.refract.workbench.subject.FeatureDetails.Histogram;

/** A bar chart of one histogram, in the theme's colours. */
final class HistogramChart {
    private static final String SERIES = "counts";

    private final Chart chart;

    HistogramChart(Composite parent, Explorer explorer) {
        chart = Names.name(new Chart(parent, SWT.NONE), "Histogram of activations");
        Color back = chart.getDisplay().getSystemColor(SWT.COLOR_WIDGET_BACKGROUND);
        Color fore = chart.getDisplay().getSystemColor(SWT.COLOR_WIDGET_FOREGROUND);
        chart.setBackground(back);
        chart.getPlotArea().setBackground(back);
        chart.getLegend().setVisible(false);
        chart.getTitle().setForeground(fore);
        chart.getTitle().setFont(chart.getFont());
        for (IAxis axis : chart.getAxisSet().getAxes()) {
            axis.getTick().setForeground(fore);
            axis.getTitle().setForeground(fore);
            axis.getTitle().setFont(chart.getFont());
            axis.getGrid().setStyle(LineStyle.NONE);
        }
        explorer.state().onChange(part -> {
            if (part == Part.DETAILS || part == Part.SELECTION) {
                show(explorer.state().details().map(FeatureDetails::histogram));
            }
        });
        show(Optional.empty());
    }

    Composite control() {
        return chart;
    }

    private void show(Optional<Histogram> histogram) {
        if (chart.getSeriesSet().getSeries(SERIES) != null) {
            chart.getSeriesSet().deleteSeries(SERIES);
        }
        boolean empty = histogram.isEmpty() || histogram.get().counts().length == 0 || Arrays.stream(histogram.get().counts()).sum() == 0;
        chart.getTitle().setText(empty ? "No activations" : histogram.get().title());
        chart.getAxisSet().getXAxis(0).getTitle().setText(histogram.map(Histogram::unit).orElse(""));
        chart.getAxisSet().getYAxis(0).getTitle().setText("positions");
        if (!empty) {
            bars(histogram.get());
        }
        chart.redraw();
    }

    private void bars(Histogram histogram) {
        int bins = histogram.counts().length;
        double width = (histogram.to() - histogram.from()) / bins;
        double[] centres = new double[bins];
        Arrays.setAll(centres, i -> histogram.from() + (i + 0.5) * width);
        IBarSeries<?> series = (IBarSeries<?>) chart.getSeriesSet().createSeries(SeriesType.BAR, SERIES);
        series.setXSeries(centres);
        series.setYSeries(Arrays.stream(histogram.counts()).asDoubleStream().toArray());
        series.setBarColor(chart.getDisplay().getSystemColor(SWT.COLOR_LIST_SELECTION));
        series.setBarWidthStyle(BarWidthStyle.STRETCHED);
        series.setBarPadding(8);
        chart.getAxisSet().adjustRange();
        chart.getAxisSet().getXAxis(0).setRange(new Range(histogram.from(), histogram.to()));
    }
}
