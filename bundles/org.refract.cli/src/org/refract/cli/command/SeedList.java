package org.refract.cli.command;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;

/**
 * Seeds as a person writes them: numbers of 64 bits, up to 2⁶⁴ − 1 as ComfyUI has them; a negative one is the number with the same bits.
 *
 * @param seeds at least one, as the bits of a long
 * @param open  whether it is one seed, after which the next numbers follow for further pictures; a list stands for itself
 */
record SeedList(List<Long> seeds, boolean open) {
    private static final Pattern PART = Pattern.compile("(-?\\d{1,20})(?:-(\\d{1,20}))?");
    private static final BigInteger RANDOM = BigInteger.ONE.negate();
    private static final BigInteger LARGEST = BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE);
    private static final BigInteger SMALLEST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final int MOST = 100_000;

    /**
     * Reads {@code 7}, {@code 1,2,5-9} or {@code -1} for a random one.
     *
     * @param random draws a seed
     */
    static SeedList parse(String text, LongSupplier random) throws RefractException {
        List<Long> seeds = new ArrayList<>();
        boolean range = false;
        for (String part : text.split(",", -1)) {
            Matcher numbers = PART.matcher(part.strip());
            if (!numbers.matches()) {
                throw notSeeds(text);
            }
            BigInteger first = new BigInteger(numbers.group(1));
            BigInteger last = numbers.group(2) == null ? first : new BigInteger(numbers.group(2));
            if (last.compareTo(LARGEST) > 0 || first.compareTo(SMALLEST) < 0) {
                throw notSeeds(text);
            }
            range |= numbers.group(2) != null;
            BigInteger more = last.subtract(first);
            if (more.signum() < 0 || more.compareTo(BigInteger.valueOf(MOST - seeds.size())) >= 0) {
                throw RefractException.usage("'%s' are no seeds: a range goes up, and there are at most %d.", text, MOST);
            }
            for (long i = 0; i <= more.longValue(); i++) {
                seeds.add(first.equals(RANDOM) && numbers.group(2) == null ? random.getAsLong() : first.longValue() + i);
            }
        }
        return new SeedList(seeds, seeds.size() == 1 && !range);
    }

    /** A seed as it is written. */
    static String text(long seed) {
        return Long.toUnsignedString(seed);
    }

    private static RefractException notSeeds(String text) {
        return RefractException.usage("'%s' are no seeds: write 7 (at most 2^64 - 1), or 1,2,5-9 for several, or -1 for a random one.", text);
    }
}
