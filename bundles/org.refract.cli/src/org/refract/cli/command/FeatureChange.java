package org.refract.cli.command;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.model.HookPoint;
import org.refract.cli.Within;
import org.refract.engine.intervene.FeatureText;
import org.refract.engine.intervene.MaskText;
import picocli.CommandLine.Option;

/**
 * One turned feature: {@code --feature POINT#LATENT --mode MODE --strength S --area X,Y,W,H --steps-acting A-B}, or in short
 * {@code --feature 'POINT#LATENT*2@0.25,0.25,0.5,0.5/0-3'} with {@code *} to scale the feature's own map, {@code +} to add it
 * everywhere and {@code =} to replace the block's update by it.
 */
final class FeatureChange {
    /** Pixels of a side of a mask; finer than any map. */
    private static final int MASK = 64;
    private static final double USUAL_STRENGTH = 2;
    private static final String NUMBER = "[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?";
    private static final Pattern SHORT = Pattern.compile("([^#]+)#(\\d{1,9})(?:([*+=])(" + NUMBER + "))?(?:@([^/]+))?(?:/(\\d{1,9})(?:-(\\d{1,9}))?)?");

    @Option(names = {"--feature", "--intervene"}, required = true, paramLabel = "FEATURE",
            description = "POINT#LATENT, such as 'unet.up_blocks.0.attentions.1#123'; in short with strength, area and steps: '...#123*2@0.2,0.2,0.5,0.5/0-1'.")
    private String feature = "";

    @Option(names = "--mode", paramLabel = "MODE", description = "scale: turn its own map (default). add: paint it. replace: put it in the place of the block's update.")
    private String mode;

    @Option(names = "--strength", paramLabel = "S", description = "scale: 0 is off, 1 unchanged. add and replace: in units of its mean activation (default: 2).")
    @Within(least = -1_000_000, most = 1_000_000)
    private Double strength;

    @Option(names = "--area", paramLabel = "X,Y,W,H", description = "Where, in shares of the picture from its upper left corner, or a mask:... that the window wrote (default: everywhere).")
    private String area;

    @Option(names = "--acting", paramLabel = "A-B", description = "During which denoising steps, counted from 0 (default: all).")
    private String acting;

    /** The change that the options describe. */
    public Intervention intervention() throws RefractException {
        Matcher parts = SHORT.matcher(feature.strip());
        if (!parts.matches()) {
            throw RefractException.usage("'%s' is not a feature: write POINT#LATENT, such as unet.up_blocks.0.attentions.1#123, with *2, +5 or =1 after it.", feature);
        }
        FeatureId id = new FeatureId(HookPoint.parse(parts.group(1)), Integer.parseInt(parts.group(2)));
        Mode chosen = mode != null ? mode(mode) : parts.group(3) == null ? Mode.SCALE : switch (parts.group(3)) {
            case "+" -> Mode.ADD;
            case "=" -> Mode.REPLACE;
            default -> Mode.SCALE;
        };
        double much = strength != null ? strength : parts.group(4) == null ? USUAL_STRENGTH : Double.parseDouble(parts.group(4));
        if (!Double.isFinite(much)) {
            throw RefractException.usage("The strength of %s must be a number, not %s.", feature, much);
        }
        Intervention change = Intervention.everywhere(id, chosen, much);
        Optional<String> where = Optional.ofNullable(area).or(() -> Optional.ofNullable(parts.group(5)));
        if (where.isPresent()) {
            change = change.within(mask(where.get()));
        }
        if (acting != null) {
            Matcher steps = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?").matcher(acting);
            if (!steps.matches()) {
                throw RefractException.usage("'%s' are no steps: write 0-3, or 2 for one step.", acting);
            }
            return during(change, steps.group(1), steps.group(2));
        }
        return parts.group(6) == null ? change : during(change, parts.group(6), parts.group(7));
    }

    /** The change in one word, from which {@code --feature} makes the same change to the bit. */
    String inShort() throws RefractException {
        Intervention change = intervention();
        Matcher parts = SHORT.matcher(feature.strip());
        if (!parts.matches()) {
            throw new IllegalStateException(feature);
        }
        return FeatureText.of(change, Optional.ofNullable(area).or(() -> Optional.ofNullable(parts.group(5))));
    }

    private static Mode mode(String word) throws RefractException {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "scale" -> Mode.SCALE;
            case "add" -> Mode.ADD;
            case "replace" -> Mode.REPLACE;
            default -> throw RefractException.usage("'%s' is not a mode: it is scale, add or replace.", word);
        };
    }

    private static Intervention during(Intervention change, String first, String last) throws RefractException {
        int from = Integer.parseInt(first);
        int to = last == null ? from : Integer.parseInt(last);
        if (to < from) {
            throw RefractException.usage("The steps %d-%d end before they begin.", from, to);
        }
        return change.during(from, to);
    }

    private static Intervention.Mask mask(String text) throws RefractException {
        if (MaskText.isMask(text)) {
            return MaskText.read(text);
        }
        String[] parts = text.split(",", -1);
        double[] share = new double[4];
        try {
            for (int i = 0; i < 4 && parts.length == 4; i++) {
                share[i] = Double.parseDouble(parts[i]);
            }
        } catch (NumberFormatException e) {
            throw notAnArea(text);
        }
        if (parts.length != 4 || !(share[0] >= 0 && share[1] >= 0 && share[2] > 0 && share[3] > 0 && share[0] + share[2] <= 1.0001 && share[1] + share[3] <= 1.0001)) {
            throw notAnArea(text);
        }
        float[] weights = new float[MASK * MASK];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (covered(i % MASK, share[0], share[2]) * covered(i / MASK, share[1], share[3]));
        }
        return new Intervention.Mask(MASK, MASK, weights);
    }

    private static double covered(int cell, double from, double length) {
        double low = Math.max((double) cell / MASK, from);
        double high = Math.min((cell + 1.0) / MASK, from + length);
        return Math.clamp((high - low) * MASK, 0, 1);
    }

    private static RefractException notAnArea(String text) {
        return RefractException.usage("'%s' is not an area: write X,Y,WIDTH,HEIGHT in shares of the picture, such as 0.25,0.25,0.5,0.5.", text);
    }
}
