package org.refract.testing;

import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;

/** A test bundle in the tree of tests; below it, what Jupiter found in its classes. */
final class TestBundleDescriptor extends AbstractTestDescriptor {

    private final TestBundle bundle;
    private final TestDescriptor jupiter;

    TestBundleDescriptor(UniqueId id, TestBundle bundle, TestDescriptor jupiter) {
        super(id, bundle.name());
        this.bundle = bundle;
        this.jupiter = jupiter;
        addChild(jupiter);
    }

    TestBundle bundle() {
        return bundle;
    }

    TestDescriptor jupiter() {
        return jupiter;
    }

    @Override
    public Type getType() {
        return Type.CONTAINER;
    }
}
