package org.refract.engine.unpack;

import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.engine.extension.Lease;

/** Has the report written by the faces that can. */
final class ReportPhase implements Phase {
    @Override
    public String id() {
        return "report";
    }

    @Override
    public double weight() {
        return 3;
    }

    @Override
    public List<Double> stages(UnpackSession session) {
        return List.of(1.0);
    }

    @Override
    public void run(UnpackSession session, Monitor monitor) throws RefractException {
        List<Lease<ReportWriter>> writers = session.extensions().leases(ReportWriter.class);
        if (writers.isEmpty()) {
            monitor.note("No report was written, because no bundle that writes reports is installed.");
        }
        for (Lease<ReportWriter> writer : writers) {
            session.used(writer.get());
            session.record().output(writer.get().write(session.folder(), writer.guard(monitor)));
        }
    }
}
