package org.refract.report;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            List<Sighting> usable = usable(block, recording);
            score += Math.min(FEATURES, usable.size()) * 10 + usable.stream().limit(FEATURES)
                    .mapToDouble(s -> s.share() + (block.features().get(s.latent()).label().isPresent() ? 2 : 0)).sum();
        }
        return score;
    }

    private static List<Sighting> usable(FeatureFiles block, long recording) {
        return block.sightings().getOrDefault(recording, List.of()).stream().filter(s -> block.features().get(s.latent()).density() < TOO_DENSE)
                .sorted(Comparator.comparingDouble(Sighting::share).reversed()).toList();
    }

    private static Apart of(long recording, List<FeatureFiles> blocks, RecordingSheets pictures) {
        List<Part> parts = new ArrayList<>();
        Map.Entry<Integer, String> picture = Map.entry(0, "");
        for (int i = 0; i < blocks.size(); i++) {
            int block = i;
            List<Sighting> chosen = usable(blocks.get(i), recording).stream().limit(FEATURES).toList();
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
