package org.refract.engine.extension;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * What one thread is asking extensions at this moment. A call that does not come back cannot be ended, only left behind: whoever waits for the
 * thread reads here whom it is waiting for, and since when.
 */
public final class Calls {

    /** System property: seconds after which a call that neither returns nor reports progress ends its job; 0 or less for never. */
    public static final String LIMIT = "refract.extension.limit";

    /** After so long a silence a person is told. */
    private static final Duration TELL = Duration.ofSeconds(Integer.getInteger("refract.extension.tell", 60));
    private static final ThreadLocal<Calls> HERE = ThreadLocal.withInitial(Calls::new);

    private final Deque<Call> running = new ArrayDeque<>();

    private Calls() {
    }

    /** A call. */
    public static final class Call {
        private final String who;
        private final String what;
        private final boolean work;
        private final long since = System.nanoTime();
        private volatile boolean left;

        private Call(String who, String what, boolean work) {
            this.who = who;
            this.what = what;
            this.work = work;
        }

        /** Whether it may well take long, so that nobody needs to be told. */
        public boolean isWork() {
            return work;
        }

        /** How long it has been running. */
        public Duration age() {
            return Duration.ofNanos(System.nanoTime() - since);
        }

        /** From now on it counts for nothing: should it come back after all, its thread gets an {@link ExtensionFailure}. */
        public void leave() {
            left = true;
        }

        private void check() {
            if (left) {
                throw new ExtensionFailure(leftSentence(), null);
            }
        }

        /** What is said when nobody waits for it any longer. */
        public String leftSentence() {
            return "The extension %s did not come back from its %s and is left behind with what it holds in memory; what was saved before stays.".formatted(who, what);
        }

        /** What is said when it went over {@link #limit()}. */
        public String limitSentence() {
            return "The extension %s did not come back from its %s within %s seconds, the limit that was set; what was saved before stays."
                    .formatted(who, what, limit().map(Duration::toSeconds).orElse(0L));
        }

        /** What is said while it is waited for. */
        public String waitSentence(Duration silent) {
            return "The extension %s has been in its %s for %d seconds without a sign of progress; it is waited for until you stop it.".formatted(who, what,
                    silent.toSeconds());
        }
    }

    /** Those of the calling thread. */
    public static Calls ofThisThread() {
        return HERE.get();
    }

    /** How long a call may be silent before its job is ended; empty for as long as it likes. */
    public static Optional<Duration> limit() {
        return Optional.of(Integer.getInteger(LIMIT, 0)).filter(seconds -> seconds > 0).map(Duration::ofSeconds);
    }

    /** How long a call may be silent before a person is told. */
    public static Duration tellAfter() {
        return TELL;
    }

    /** How long a call that should stop is waited for. */
    public static Duration grace() {
        return TimeLimit.LIMIT;
    }

    /**
     * Calls an extension on this thread.
     *
     * @param who  its name, version and file
     * @param what what it is asked, {@code SAE variant 'topp' (step)}
     * @throws ExtensionFailure if nobody waits for it any longer
     * @throws Exception        what it throws
     */
    public <T> T run(String who, String what, Callable<T> asked) throws Exception {
        return run(new Call(who, what, false), asked);
    }

    /** As {@link #run(String, String, Callable)}, for a piece of work that may well take long. */
    public <T> T work(String who, String what, Callable<T> asked) throws Exception {
        return run(new Call(who, what, true), asked);
    }

    private <T> T run(Call call, Callable<T> asked) throws Exception {
        synchronized (this) {
            running.push(call);
        }
        try {
            T made = asked.call();
            call.check();
            return made;
        } catch (Throwable e) {
            call.check();
            throw e;
        } finally {
            synchronized (this) {
                running.remove(call);
            }
        }
    }

    /** The innermost call, which is the one that has to come back first. */
    public synchronized Optional<Call> current() {
        return Optional.ofNullable(running.peek());
    }

    /** Leaves every call of this thread. */
    public synchronized void leave() {
        running.forEach(Call::leave);
    }
}
