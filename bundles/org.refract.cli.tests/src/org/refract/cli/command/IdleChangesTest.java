package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Mask;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageRequest;

class IdleChangesTest {

    private static final ImageRequest FOUR_STEPS = ImageRequest.of(4, 1, 64, 64);

    @Test
    void whatCanChangeNothingIsSaid() throws Exception {
        Intervention change = change(Mode.SCALE, 3);
        assertEquals(List.of(), IdleChanges.of(List.of(change, change(Mode.SCALE, 0), change(Mode.REPLACE, 0), change(Mode.ADD, 1), change.during(3, 9)), FOUR_STEPS));
        assertSaid(change(Mode.SCALE, 1), "a strength of 1 leaves it as it is");
        assertSaid(change(Mode.ADD, 0), "a strength of 0 adds nothing of it");
        assertSaid(change.during(4, 9), "it acts from step 4 on, and the 4 steps are counted from 0");
        assertSaid(change.within(new Mask(1, 2, new float[2])), "its area is empty");
    }

    private static void assertSaid(Intervention change, String why) {
        List<String> said = IdleChanges.of(List.of(change), FOUR_STEPS);
        assertEquals(1, said.size());
        assertTrue(said.getFirst().startsWith("Turning unet.mid_block#7 changes nothing: " + why), said.getFirst());
    }

    private static Intervention change(Mode mode, double strength) throws Exception {
        return Intervention.everywhere(new FeatureId(HookPoint.parse("unet.mid_block"), 7), mode, strength);
    }
}
