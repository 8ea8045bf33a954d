package org.refract.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.commons.JUnitException;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.listeners.discovery.LauncherDiscoveryListeners;

/**
 * Runs the tests of test bundles inside Felix. It boots the product with them, takes the test classes from the bundles' own class
 * loaders, and leaves finding and running to Jupiter; a report therefore shows the real class and method names.
 *
 * <p>It acts when a class with {@link RunsInFelix} is selected. The system property {@code refract.product} names the product's folder,
 * {@code refract.test.bundles} the folder of the test bundles, and {@code refract.tests} may narrow the run to class names that match a
 * regular expression. A run or a whole test bundle without a test is an error.
 */
public final class FelixTestEngine implements TestEngine {

    private final JupiterTestEngine jupiter = new JupiterTestEngine();
    private TestContainer container;

    @Override
    public String getId() {
        return "felix";
    }

    @Override
    public TestDescriptor discover(EngineDiscoveryRequest request, UniqueId id) {
        EngineDescriptor root = new EngineDescriptor(id, "Felix");
        selected(request).ifPresent(type -> {
            try {
                addTestBundles(root, request);
            } catch (JUnitException e) {
                root.addChild(new NothingRuns(id, type, e));
            }
        });
        return root;
    }

    @Override
    public void execute(ExecutionRequest request) {
        TestDescriptor root = request.getRootTestDescriptor();
        EngineExecutionListener listener = request.getEngineExecutionListener();
        listener.executionStarted(root);
        for (TestDescriptor child : root.getChildren()) {
            if (child instanceof NothingRuns nothing) {
                nothing.execute(listener);
            } else if (child instanceof TestBundleDescriptor descriptor) {
                listener.executionStarted(child);
                descriptor.bundle().run(() -> jupiter.execute(ExecutionRequest.create(descriptor.jupiter(), listener,
                        request.getConfigurationParameters(), request.getOutputDirectoryCreator(), request.getStore())));
                listener.executionFinished(child, TestExecutionResult.successful());
            }
        }
        listener.executionFinished(root, TestExecutionResult.successful());
        if (container != null) {
            container.close();
        }
    }

    private static Optional<Class<?>> selected(EngineDiscoveryRequest request) {
        return request.getSelectorsByType(ClassSelector.class).stream().<Class<?>>map(ClassSelector::getJavaClass)
                .filter(type -> type.isAnnotationPresent(RunsInFelix.class)).findFirst();
    }

    private void addTestBundles(TestDescriptor root, EngineDiscoveryRequest request) {
        for (TestBundle bundle : container().testBundles()) {
            UniqueId id = root.getUniqueId().append("bundle", bundle.name());
            TestDescriptor found = discover(bundle, request, id.append("engine", jupiter.getId()));
            if (container().isWhole() && found.getDescendants().stream().noneMatch(TestDescriptor::isTest)) {
                throw new JUnitException("The test bundle " + bundle.name() + " contains no test.");
            }
            root.addChild(new TestBundleDescriptor(id, bundle, found));
        }
        if (root.getDescendants().stream().noneMatch(TestDescriptor::isTest)) {
            throw new JUnitException("The test bundles in " + container().testFolder() + " contain no test.");
        }
    }

    private TestDescriptor discover(TestBundle bundle, EngineDiscoveryRequest request, UniqueId id) {
        List<TestDescriptor> found = new ArrayList<>();
        bundle.run(() -> found.add(jupiter.discover(
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(bundle.testClasses().stream().map(DiscoverySelectors::selectClass).toList())
                        .listeners(LauncherDiscoveryListeners.abortOnFailure())
                        .outputDirectoryCreator(request.getOutputDirectoryCreator())
                        .build(),
                id)));
        return found.getFirst();
    }

    private TestContainer container() {
        if (container == null) {
            container = TestContainer.start();
        }
        return container;
    }
}
