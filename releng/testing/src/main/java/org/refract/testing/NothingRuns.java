package org.refract.testing;

import org.junit.platform.commons.JUnitException;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;

/** Stands in the tree where the tests would be, and fails with the reason why there are none. */
final class NothingRuns extends AbstractTestDescriptor {

    private final JUnitException reason;

    NothingRuns(UniqueId parent, Class<?> selected, JUnitException reason) {
        super(parent.append("test", "start"), "the tests in Felix start", MethodSource.from(selected.getName(), "start"));
        this.reason = reason;
    }

    JUnitException reason() {
        return reason;
    }

    @Override
    public Type getType() {
        return Type.TEST;
    }
}
