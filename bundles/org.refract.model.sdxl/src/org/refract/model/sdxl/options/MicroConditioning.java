package org.refract.model.sdxl.options;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.model.Options;

/**
 * SDXL's size and crop conditioning (SDXL, section 2.2). Sizes are (height, width), crops (top, left), in pixels; an empty
 * size is the size of the output.
 *
 * @param aestheticScore what a model of scored pictures, such as the refiner, is told in place of the target size, about 0 to 10;
 *                       empty for 6, and 2.5 for the unconditional half (diffusers' defaults)
 */
public record MicroConditioning(Optional<Size> original, Crop crop, Optional<Size> target, OptionalDouble aestheticScore) {

    static final String ORIGINAL = "original_size";
    static final String CROP = "crop";
    static final String TARGET = "target_size";
    static final String SCORE = "aesthetic_score";
    /** Stands before the names of what the unconditional half is told. */
    static final String NEGATIVE = "negative_";

    private static final Pattern PIXELS = Pattern.compile("(\\d{1,6})x(\\d{1,6})");
    private static final Pattern CORNER = Pattern.compile("(\\d{1,6}),(\\d{1,6})");

    /** Original and target size as the output, no crop. */
    public static final MicroConditioning DEFAULT = new MicroConditioning(Optional.empty(), new Crop(0, 0), Optional.empty());

    /** The usual aesthetic score. */
    public MicroConditioning(Optional<Size> original, Crop crop, Optional<Size> target) {
        this(original, crop, target, OptionalDouble.empty());
    }

    /**
     * What a request says of the conditional half.
     *
     * @throws RefractException if a size or a corner is none
     */
    public static MicroConditioning of(Options said) throws RefractException {
        return new MicroConditioning(size(said, ORIGINAL), said.text(CROP).isPresent() ? crop(said, CROP) : DEFAULT.crop, size(said, TARGET),
                score(said, SCORE));
    }

    /**
     * What a request says of the unconditional half alone; what it leaves out there is as in the conditional one, but for the score.
     *
     * @return empty if nothing is said of it
     * @throws RefractException if a size or a corner is none
     */
    public static Optional<MicroConditioning> negative(Options said) throws RefractException {
        if (Stream.of(ORIGINAL, CROP, TARGET, SCORE).allMatch(name -> said.all(NEGATIVE + name).isEmpty())) {
            return Optional.empty();
        }
        MicroConditioning wanted = of(said);
        return Optional.of(new MicroConditioning(
                said.text(NEGATIVE + ORIGINAL).isPresent() ? size(said, NEGATIVE + ORIGINAL) : wanted.original,
                said.text(NEGATIVE + CROP).isPresent() ? crop(said, NEGATIVE + CROP) : wanted.crop,
                said.text(NEGATIVE + TARGET).isPresent() ? size(said, NEGATIVE + TARGET) : wanted.target, score(said, NEGATIVE + SCORE)));
    }

    /** These said of the conditional half, in place of what was said before. */
    public Options on(Options said) {
        return said.with(ORIGINAL, texts(original)).with(TARGET, texts(target)).with(CROP, crop.text(), DEFAULT.crop.text()).with(SCORE, scoreText());
    }

    /** These said of the unconditional half, in place of what was said before. */
    public Options onNegative(Options said) {
        return said.with(NEGATIVE + ORIGINAL, original.map(Size::text).orElse("")).with(NEGATIVE + TARGET, target.map(Size::text).orElse(""))
                .with(NEGATIVE + CROP, crop.text()).with(NEGATIVE + SCORE, scoreText());
    }

    private List<String> scoreText() {
        return aestheticScore.stream().mapToObj(Double::toString).toList();
    }

    private static List<String> texts(Optional<Size> size) {
        return size.map(Size::text).stream().toList();
    }

    private static OptionalDouble score(Options said, String name) {
        return said.text(name).map(text -> OptionalDouble.of(Double.parseDouble(text))).orElse(OptionalDouble.empty());
    }

    private static Optional<Size> size(Options said, String name) throws RefractException {
        Optional<String> text = said.text(name).filter(t -> !t.isEmpty());
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher pixels = PIXELS.matcher(text.get());
        if (!pixels.matches() || Integer.parseInt(pixels.group(1)) == 0 || Integer.parseInt(pixels.group(2)) == 0) {
            throw RefractException.usage("The option '%s' cannot be '%s': it is a width and a height in pixels, such as 1024x768.", name, text.get());
        }
        return Optional.of(new Size(Integer.parseInt(pixels.group(2)), Integer.parseInt(pixels.group(1))));
    }

    private static Crop crop(Options said, String name) throws RefractException {
        String text = said.text(name).orElseThrow();
        Matcher corner = CORNER.matcher(text);
        if (!corner.matches()) {
            throw RefractException.usage("The option '%s' cannot be '%s': it is how far from the left and the top in pixels, such as 0,0.", name, text);
        }
        return new Crop(Integer.parseInt(corner.group(2)), Integer.parseInt(corner.group(1)));
    }

    /** Height and width in pixels. */
    public record Size(int height, int width) {
        String text() {
            return width + "x" + height;
        }
    }

    /** Offset of the crop in pixels. */
    public record Crop(int top, int left) {
        String text() {
            return left + "," + top;
        }
    }
}
