package org.refract.engine.job;

import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.engine.extension.Lease;

/**
 * Work that takes longer than a blink.
 *
 * @param <T> its result
 * @param title what it does, for people
 * @param placement the device on whose thread it runs; without one it runs beside the others, on a thread of its own
 * @param leases the extensions that it uses; it ends when one of them vanishes
 * @param work what it does
 */
public record Job<T>(String title, Optional<Placement> placement, List<Lease<?>> leases, Work<T> work) {

    /** What a job does. It reports to the monitor and calls {@link Monitor#checkpoint()} between steps. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it. */
        T run(Monitor monitor) throws RefractException, InterruptedException;
    }

    /** A job on a device's thread. */
    public static <T> Job<T> on(Placement placement, String title, Work<T> work) {
        return new Job<>(title, Optional.of(placement), List.of(), work);
    }

    /** A job that needs no device. */
    public static <T> Job<T> beside(String title, Work<T> work) {
        return new Job<>(title, Optional.empty(), List.of(), work);
    }

    /** The same job, ending when one of these extensions vanishes. */
    public Job<T> using(Lease<?>... used) {
        return new Job<>(title, placement, List.of(used), work);
    }
}
