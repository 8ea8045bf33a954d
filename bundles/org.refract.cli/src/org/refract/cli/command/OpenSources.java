package org.refract.cli.command;

import java.util.ArrayList;
import java.util.List;
import org.refract.engine.source.BatchSource;

/**
 * Data that a training reads, with what has to be closed after it.
 *
 * @param sources what dictionaries learn from, by the name of their folder
 * @param held    stores, models and recorders, in the order in which they were opened
 */
record OpenSources(List<Named> sources, List<AutoCloseable> held) implements AutoCloseable {

    /** A source and the name of the folder of what learns from it. */
    record Named(String name, BatchSource source) {
    }

    static OpenSources none() {
        return new OpenSources(new ArrayList<>(), new ArrayList<>());
    }

    /** Keeps something open as long as this. */
    <T extends AutoCloseable> T hold(T opened) {
        held.add(opened);
        return opened;
    }

    void add(String name, BatchSource source) {
        sources.add(new Named(name, source));
    }

    @Override
    public void close() {
        for (AutoCloseable opened : held.reversed()) {
            try {
                opened.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("stores, models and recorders close without checked failures", e);
            }
        }
    }
}
