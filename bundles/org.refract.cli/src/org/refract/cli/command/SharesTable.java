package org.refract.cli.command;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.engine.file.CsvCell;
import org.refract.engine.metrics.DecoderShares;

/**
 * Which hook points the latents of crosscoders belong to.
 *
 * @param names of the dictionaries
 * @param shares of each, where it is a crosscoder
 */
record SharesTable(List<String> names, List<Optional<DecoderShares>> shares) {

    /** Whether one of them is a crosscoder. */
    boolean isThere() {
        return shares.stream().anyMatch(Optional::isPresent);
    }

    /** For each crosscoder a row per hook point: how many latents have which share of it. */
    void print(PrintWriter out) {
        for (int i = 0; i < shares.size(); i++) {
            if (shares.get(i).isPresent()) {
                DecoderShares its = shares.get(i).get();
                out.printf("latents of %s by a hook point's share of their decoder norms, in tenths from 0 to 1:%n", names.get(i));
                int first = its.points().stream().mapToInt(String::length).max().orElse(0);
                for (int p = 0; p < its.points().size(); p++) {
                    StringBuilder line = new StringBuilder(its.points().get(p)).append(" ".repeat(first - its.points().get(p).length()));
                    for (int count : its.histogram(p)) {
                        line.append("%8d".formatted(count));
                    }
                    out.println(line);
                }
            }
        }
    }

    /** The counts of a crosscoder's latents in tenths, by hook point. */
    static Map<String, int[]> histograms(DecoderShares shares) {
        Map<String, int[]> histograms = new LinkedHashMap<>();
        for (int p = 0; p < shares.points().size(); p++) {
            histograms.put(shares.points().get(p), shares.histogram(p));
        }
        return histograms;
    }

    /** A row per latent, a column per dictionary and hook point. */
    String csv() {
        StringBuilder csv = new StringBuilder("latent");
        int latents = 0;
        for (int i = 0; i < shares.size(); i++) {
            for (String point : shares.get(i).map(DecoderShares::points).orElse(List.of())) {
                csv.append(',').append(CsvCell.of(names.get(i) + " " + point));
            }
            latents = Math.max(latents, shares.get(i).map(its -> its.shares().length).orElse(0));
        }
        for (int latent = 0; latent < latents; latent++) {
            csv.append('\n').append(latent);
            for (Optional<DecoderShares> its : shares) {
                for (int p = 0; p < its.map(some -> some.points().size()).orElse(0); p++) {
                    double[][] rows = its.get().shares();
                    csv.append(',').append(latent < rows.length ? Double.toString(rows[latent][p]) : "");
                }
            }
        }
        return csv.append('\n').toString();
    }
}
