package org.refract.report;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.api.analysis.Label;
import org.refract.report.FeatureFiles.Sighting;

/**
 * One recorded picture with features of each block that are active on it: the picture that opens the report.
 *
 * @param slot   the picture
 * @param prompt its prompt
 * @param parts  one per block that has features for it
 */
record Apart(int slot, String prompt, List<Part> parts) {
    private static final int FEATURES = 3;
    private static final double TOO_DENSE = 0.3;

    /** A block's features on the picture. */
    record Part(int block, List<Shown> features) {
    }

    /** A feature's map on the picture, a byte per position, base64. */
    record Shown(int block, int latent, String label, String heat) {
    }

    /** The picture that is an example of the most features, counted evenly over the blocks. */
    static Optional<Apart> choose(List<FeatureFiles> blocks, RecordingSheets pictures) {
        return blocks.stream().flatMap(b -> b.sightings().keySet().stream()).distinct()
                .max(Comparator.comparingDouble((Long recording) -> score(blocks, recording)).thenComparing(Comparator.reverseOrder()))
                .map(recording -> of(recording, blocks, pictures));
    }

    private static double score(List<FeatureFiles> blocks, long recording) {
        double score = 0;
        for (FeatureFiles block : blocks) {
            List<Sighting> chosen = chosen(block, recording);
            score += 2 * chosen.size() + chosen.stream().mapToDouble(s -> worth(block, s)).sum();
        }
        return score;
    }

    /** Up to three features, the most telling first, no name twice. */
    private static List<Sighting> chosen(FeatureFiles block, long recording) {
        Set<String> names = new HashSet<>();
        return block.sightings().getOrDefault(recording, List.of()).stream().filter(s -> block.features().get(s.latent()).density() < TOO_DENSE)
                .sorted(Comparator.comparingDouble((Sighting s) -> worth(block, s)).reversed())
                .filter(s -> names.add(label(block, s).orElse("#" + s.latent()))).limit(FEATURES).toList();
    }

    /** A name, a strong activation, and a map that points at something make a feature worth showing. */
    private static double worth(FeatureFiles block, Sighting sighting) {
        double sum = 0;
        for (float value : sighting.example().map()) {
            sum += value;
        }
        double spread = sighting.example().max() > 0 ? sum / sighting.example().map().length / sighting.example().max() : 1;
        return (label(block, sighting).isPresent() ? 1 : 0) + sighting.share() + (1 - spread);
    }

    private static Optional<String> label(FeatureFiles block, Sighting sighting) {
        return block.features().get(sighting.latent()).label().map(Label::text);
    }

    private static Apart of(long recording, List<FeatureFiles> blocks, RecordingSheets pictures) {
        List<Part> parts = new ArrayList<>();
        Map.Entry<Integer, String> picture = Map.entry(0, "");
        for (int i = 0; i < blocks.size(); i++) {
            int block = i;
            List<Sighting> chosen = chosen(blocks.get(i), recording);
            if (!chosen.isEmpty()) {
                picture = Map.entry(pictures.slot(chosen.getFirst().example()), chosen.getFirst().example().caption());
                parts.add(new Part(block, chosen.stream().map(s -> shown(blocks.get(block), block, s)).toList()));
            }
        }
        return new Apart(picture.getKey(), picture.getValue(), parts);
    }

    private static Shown shown(FeatureFiles files, int block, Sighting sighting) {
        byte[] heat = new byte[sighting.example().map().length];
        FeatureFiles.quantise(sighting.example().map(), sighting.example().max(), heat, 0);
        return new Shown(block, sighting.latent(), files.features().get(sighting.latent()).label().map(Label::text).orElse(""),
                Base64.getEncoder().encodeToString(heat));
    }
}
