package org.refract.report;

import java.util.Comparator;
import java.util.List;
import org.refract.api.model.HookPoint;

/** Hook points in the order in which a U-Net passes them: down, middle, up; others by name after them. */
final class ForwardOrder {
    private static final List<String> PARTS = List.of("unet.down_blocks", "unet.mid_block", "unet.up_blocks");

    private ForwardOrder() {
    }

    static List<HookPoint> of(List<HookPoint> points) {
        return points.stream().sorted(Comparator.comparingInt(ForwardOrder::part).thenComparing(HookPoint::toString)).toList();
    }

    private static int part(HookPoint point) {
        for (int i = 0; i < PARTS.size(); i++) {
            if (point.path().startsWith(PARTS.get(i))) {
                return i;
            }
        }
        return PARTS.size();
    }
}
