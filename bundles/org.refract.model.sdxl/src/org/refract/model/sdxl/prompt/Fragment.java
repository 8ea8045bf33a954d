package org.refract.model.sdxl.prompt;

import java.util.ArrayList;
import java.util.List;

/**
 * Words of a prompt with one emphasis.
 *
 * @param text   the words
 * @param weight 1 for as written
 */
public record Fragment(String text, double weight) {

    /** The same fragments with neighbours of one weight joined. */
    static List<Fragment> joined(List<Fragment> fragments, String between) {
        List<Fragment> joined = new ArrayList<>();
        for (Fragment fragment : fragments) {
            if (!joined.isEmpty() && joined.getLast().weight == fragment.weight) {
                joined.add(new Fragment(joined.removeLast().text + between + fragment.text, fragment.weight));
            } else {
                joined.add(fragment);
            }
        }
        return joined;
    }
}
