package org.refract.model.sdxl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.model.sdxl.unet.UNet;

/**
 * The four places whose updates <em>Unpacking SDXL Turbo</em> takes apart, with what the paper found them to do: the last attention on the way
 * down, the one in the middle, the first two on the way up. In other members of the family the nearest ones to these.
 */
record PaperHookPoints(List<HookPoint> points) {

    private static final List<String> ROLES = List.of("composition", "spatial relations", "details", "style");

    static PaperHookPoints of(UNet unet) {
        List<String> attentions = unet.modules().filter(m -> m.kind().equals("Transformer2DModel")).map(m -> m.path()).toList();
        Predicate<String> down = p -> p.startsWith("unet.down_blocks.");
        Predicate<String> up = p -> p.startsWith("unet.up_blocks.");
        List<String> paths = new ArrayList<>();
        Optional<String> lastDown = attentions.stream().filter(down).reduce((a, b) -> b);
        lastDown.ifPresent(paths::add);
        attentions.stream().filter(down.or(up).negate()).findFirst().ifPresent(paths::add);
        attentions.stream().filter(up).limit(2).forEach(paths::add);
        return new PaperHookPoints(paths.stream().map(p -> new HookPoint(p, Site.UPDATE)).toList());
    }

    /** What the paper says a place does, empty for others. */
    String role(String path) {
        for (int i = 0; i < points.size() && points.size() == ROLES.size(); i++) {
            if (points.get(i).path().equals(path)) {
                return ROLES.get(i);
            }
        }
        return "";
    }
}
