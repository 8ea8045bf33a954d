package org.refract.api.model;

import java.util.Locale;
import org.refract.api.FileName;
import org.refract.api.RefractException;

/**
 * A place in a model where a value can be read or replaced.
 *
 * @param path the module's path in the checkpoint's own words, led by the part it lies in
 *             ({@code unet.down_blocks.2.attentions.1})
 * @param site which of the module's values
 */
public record HookPoint(String path, Site site) {

    /** Reads {@code path} or {@code path:site}; without a site it is {@link Site#UPDATE}. Files are named by the path, which is a {@link FileName}. */
    public static HookPoint parse(String text) throws RefractException {
        int colon = text.lastIndexOf(':');
        String path = colon < 0 ? text : text.substring(0, colon);
        if (!FileName.isSafe(path)) {
            throw RefractException.usage("'%s' is not a hook point: write a module path such as "
                    + "unet.mid_block.attentions.0, with :input, :output or :update after it.", text);
        }
        if (colon < 0) {
            return new HookPoint(path, Site.UPDATE);
        }
        try {
            return new HookPoint(path, Site.valueOf(text.substring(colon + 1).toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw RefractException.usage("'%s' is not a hook point: after the colon stands input, output or update.", text);
        }
    }

    /** {@code path:site}, the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return path + ":" + site.name().toLowerCase(Locale.ROOT);
    }
}
