package org.refract.engine.tensor;

import java.util.function.BooleanSupplier;

/**
 * How long a thread waits awake before it goes to sleep. A thread that slept often wakes on the processor of the one that woke it, and waits
 * there for its turn; but where the processors have other work, waiting awake takes the time of the thread that is waited for. So a wait
 * that was in vain halves the next one, and one that was not doubles it.
 */
final class Patience {
    /** Looks, some tenths of a millisecond in all. */
    static final int MOST = 20_000;
    static final int LEAST = 100;

    /** Read and written by several threads without a lock: an update that is lost costs some looks. */
    private volatile int looks = MOST;

    /** Looks for some time whether something has come about; whether it has. */
    boolean waitFor(BooleanSupplier event) {
        int most = looks;
        for (int i = 0; i < most; i++) {
            if (event.getAsBoolean()) {
                looks = Math.min(MOST, 2 * most);
                return true;
            }
            Thread.onSpinWait();
        }
        looks = Math.max(LEAST, most / 2);
        return event.getAsBoolean();
    }

    /** How many looks the next wait takes at most. */
    int looks() {
        return looks;
    }
}
