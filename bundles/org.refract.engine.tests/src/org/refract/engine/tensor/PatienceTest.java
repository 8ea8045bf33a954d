package org.refract.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {

    @Test
    void waitingInVainIsSoonGivenUpAndComesBackWithSuccess() {
        Patience patience = new Patience();
        AtomicInteger looks = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            assertFalse(patience.waitFor(() -> looks.incrementAndGet() < 0));
        }
        assertTrue(looks.get() < 3 * Patience.MOST, looks::toString);
        assertEquals(Patience.LEAST, patience.looks());
        for (int i = 0; i < 20; i++) {
            assertTrue(patience.waitFor(() -> true));
        }
        assertEquals(Patience.MOST, patience.looks());
    }
}
