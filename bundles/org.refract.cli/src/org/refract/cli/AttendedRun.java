package org.refract.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import org.refract.api.Plain;
import org.refract.engine.extension.Calls;
import org.refract.engine.extension.Calls.Call;

/**
 * Runs a command on a thread of its own, so that an extension which does not come back to it cannot keep Ctrl-C and the time limit away: then the
 * thread is left, and the command has ended with a sentence that names the extension.
 *
 * @param err where it is said
 */
record AttendedRun(PrintWriter err) {

    private static final long LOOK_MILLIS = 100;

    /** Waits for the exit code; an interrupt is passed on. */
    int run(IntSupplier command) {
        CompletableFuture<Calls> calls = new CompletableFuture<>();
        FutureTask<Integer> task = new FutureTask<>(() -> {
            calls.complete(Calls.ofThisThread());
            return command.getAsInt();
        });
        Thread worker = Thread.ofPlatform().daemon().name("refract command").start(task);
        Optional<Long> stopped = Optional.empty();
        boolean told = false;
        while (true) {
            try {
                return task.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                stopped = Optional.of(System.nanoTime());
                worker.interrupt();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (TimeoutException running) {
                Optional<Call> call = Optional.ofNullable(calls.getNow(null)).flatMap(Calls::current);
                if (call.isPresent() && isOver(call.get(), stopped)) {
                    err.println(Plain.line("refract: " + (stopped.isPresent() ? call.get().leftSentence() : call.get().limitSentence())));
                    return stopped.isPresent() ? CommandLineRun.STOPPED : CommandLineRun.FAILURE;
                }
                if (call.isPresent() && !told && !call.get().isWork() && call.get().age().compareTo(Calls.tellAfter()) >= 0) {
                    err.println(Plain.line("refract: " + call.get().waitSentence(call.get().age())));
                    told = true;
                }
            }
        }
    }

    private static boolean isOver(Call call, Optional<Long> stopped) {
        boolean stuck = stopped.filter(since -> Duration.ofNanos(System.nanoTime() - since).compareTo(Calls.grace()) >= 0).isPresent();
        return stuck && call.age().compareTo(Calls.grace()) >= 0 || stopped.isEmpty() && Calls.limit().filter(limit -> call.age().compareTo(limit) >= 0).isPresent();
    }
}
