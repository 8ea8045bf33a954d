package org.refract.engine.unpack;

import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.engine.store.Harvest;
import org.refract.engine.store.Recordings;

/** Draws pictures and records the updates of all hook points on the way. */
final class RecordPhase implements Phase {
    @Override
    public String id() {
        return "record";
    }

    @Override
    public double weight() {
        return 28;
    }

    @Override
    public List<Double> stages(UnpackSession session) {
        return List.of(1.0);
    }

    @Override
    public void run(UnpackSession session, Monitor monitor) throws RefractException {
        UnpackOptions options = session.options();
        RecordedRequest.keep(session.request(), session.record());
        List<String> prompts = Prompts.of(options.prompts(), options.model(), options.seed());
        Harvest.Plan plan = Harvest.Plan.of(session.request(), session.points(), Recordings.plan(prompts, session.recordings(), options.seed()),
                session.batch());
        new Harvest(session.folder().path(), plan).run(session.model(), monitor);
    }
}
