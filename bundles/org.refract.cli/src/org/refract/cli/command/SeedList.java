package org.refract.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;

/**
 * Seeds as a person writes them.
 *
 * @param seeds at least one
 * @param open  whether it is one seed, after which the next numbers follow for further pictures; a list stands for itself
 */
record SeedList(List<Long> seeds, boolean open) {
    private static final Pattern PART = Pattern.compile("(-?\\d{1,19})(?:-(\\d{1,19}))?");
    private static final long RANDOM = -1;
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
            try {
                long first = Long.parseLong(numbers.group(1));
                long last = numbers.group(2) == null ? first : Long.parseLong(numbers.group(2));
                range |= numbers.group(2) != null;
                long more = last - first;
                // below 0 also where the range is longer than a long
                if (last < first || more < 0 || more >= MOST - seeds.size()) {
                    throw RefractException.usage("'%s' are no seeds: a range goes up, and there are at most %d.", text, MOST);
                }
                for (long i = 0; i <= more; i++) {
                    seeds.add(first == RANDOM && numbers.group(2) == null ? random.getAsLong() : first + i);
                }
            } catch (NumberFormatException e) {
                throw notSeeds(text);
            }
        }
        return new SeedList(seeds, seeds.size() == 1 && !range);
    }

    private static RefractException notSeeds(String text) {
        return RefractException.usage("'%s' are no seeds: write 7, or 1,2,5-9 for several, or -1 for a random one.", text);
    }
}
