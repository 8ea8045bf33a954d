package org.refract.model.sdxl.schedulers;

import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.OptionalDouble;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/** Values of a scheduler's configuration that must be one of a few. */
final class Options {

    private Options() {
    }

    /** @throws RefractException if the value is none of the known ones */
    static String oneOf(ConfigFile file, String key, String otherwise, String... known) throws RefractException {
        String value = file.text(key, otherwise);
        if (!List.of(known).contains(value)) {
            throw file.wrong(key, String.join(" or ", known));
        }
        return value;
    }

    /** A number above 0, if there is one. */
    static OptionalDouble positive(ConfigFile file, String key) throws RefractException {
        if (file.has(key) && !(file.real(key, 0) > 0)) {
            throw file.wrong(key, "above 0");
        }
        return file.has(key) ? OptionalDouble.of(file.real(key, 0)) : OptionalDouble.empty();
    }

    /** A number that may be Python's {@code -Infinity}, as a number or as text. */
    static double orMinusInfinity(ConfigFile file, String key) throws RefractException {
        boolean infinite = file.value(key).map(v -> v instanceof JsonPrimitive p && p.getAsString().equals("-Infinity")).orElse(true);
        return infinite ? Double.NEGATIVE_INFINITY : file.real(key, 0);
    }

    /** @throws RefractException if the value is not from 0 to 1 */
    static double share(ConfigFile file, String key, double otherwise) throws RefractException {
        double value = file.real(key, otherwise);
        if (!(value >= 0 && value <= 1)) {
            throw file.wrong(key, "from 0 to 1");
        }
        return value;
    }

    static int between(ConfigFile file, String key, int otherwise, int least, int most) throws RefractException {
        int value = file.integer(key, otherwise);
        if (value < least || value > most) {
            throw file.wrong(key, "from " + least + " to " + most);
        }
        return value;
    }
}
