package org.refract.model.sdxl;

import org.refract.api.model.ImageRequest;
import org.refract.model.sdxl.schedulers.SchedulerConfig;

/** What a person who chooses nothing gets from a model. */
final class UsualRequest {

    /** diffusers' defaults for SDXL. */
    private static final int STEPS = 50;
    private static final double GUIDANCE = 5;
    /** SDXL-Turbo's model card: 1 to 4 steps without guidance. */
    private static final int TURBO_STEPS = 4;

    private UsualRequest() {
    }

    /** A model that ships with the ancestral scheduler in trailing steps was distilled for few steps, as SDXL-Turbo. */
    static ImageRequest of(SchedulerConfig scheduler, int side) {
        boolean turbo = scheduler.className().equals("EulerAncestralDiscreteScheduler") && scheduler.timestepSpacing().equals("trailing");
        return turbo ? ImageRequest.of(TURBO_STEPS, 0, side, side) : ImageRequest.of(STEPS, GUIDANCE, side, side);
    }
}
