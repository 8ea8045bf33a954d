package org.refract.testing;

import org.junit.platform.commons.JUnitException;
import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;

/** Stands in the tree where the tests would be: a class with one test, which fails with the reason why there are no others. */
final class NothingRuns extends AbstractTestDescriptor {

    private static final String TEST = "testsStart";

    private final JUnitException reason;

    NothingRuns(UniqueId parent, Class<?> selected, JUnitException reason) {
        super(parent.append("class", selected.getName()), selected.getSimpleName(), ClassSource.from(selected));
        this.reason = reason;
        addChild(new Failing(getUniqueId(), MethodSource.from(selected.getName(), TEST)));
    }

    void execute(EngineExecutionListener listener) {
        listener.executionStarted(this);
        for (TestDescriptor test : getChildren()) {
            listener.executionStarted(test);
            listener.executionFinished(test, TestExecutionResult.failed(reason));
        }
        listener.executionFinished(this, TestExecutionResult.successful());
    }

    @Override
    public Type getType() {
        return Type.CONTAINER;
    }

    private static final class Failing extends AbstractTestDescriptor {

        Failing(UniqueId parent, TestSource source) {
            super(parent.append("method", TEST), TEST, source);
        }

        @Override
        public Type getType() {
            return Type.TEST;
        }
    }
}
