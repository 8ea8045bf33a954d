package org.refract.engine.extension;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;
import org.refract.api.RefractException;
import org.refract.api.analysis.Labeler;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.job.Job;
import org.refract.engine.job.JobHandle;
import org.refract.engine.job.JobQueue;
import org.refract.engine.tensor.Devices;

class ExtensionsTest {

    @TempDir Path storage;

    private TestFramework framework;
    private Extensions extensions;

    @BeforeEach
    void start() throws Exception {
        framework = new TestFramework(storage);
        extensions = new Extensions(framework.context());
    }

    @AfterEach
    void stop() throws Exception {
        extensions.close();
        framework.close();
    }

    @Test
    void anExtensionAppearsAndVanishesWhileOthersStay() throws Exception {
        AtomicInteger changes = new AtomicInteger();
        int before = extensions.ids(Labeler.class).size();
        try (AutoCloseable listening = extensions.onChange(changes::incrementAndGet)) {
            ServiceRegistration<Labeler> one = register("test-one");
            ServiceRegistration<Labeler> two = register("test-two");
            assertTrue(extensions.ids(Labeler.class).containsAll(List.of("test-one", "test-two")));
            assertEquals(before + 2, extensions.all(Labeler.class).size());
            Lease<Labeler> lease = extensions.lease(Labeler.class, "test-one");
            assertEquals("test-one", lease.get().id());
            one.unregister();
            assertFalse(lease.isValid());
            assertTrue(extensions.find(Labeler.class, "test-one").isEmpty());
            assertTrue(extensions.find(Labeler.class, "test-two").isPresent());
            two.unregister();
            assertEquals(4, changes.get());
        }
    }

    @Test
    void workWithAnExtensionThatVanishesEndsWithASentenceThatNamesTheBundle() throws Exception {
        ServiceRegistration<Labeler> registration = register("test-one");
        Lease<Labeler> lease = extensions.lease(Labeler.class, "test-one");
        CountDownLatch running = new CountDownLatch(1);
        try (Devices devices = new Devices(); JobQueue queue = new JobQueue(devices)) {
            JobHandle<Integer> job = queue.submit(Job.<Integer>beside("Label", monitor -> {
                while (true) {
                    running.countDown();
                    monitor.checkpoint();
                }
            }).using(lease));
            running.await();
            String bundle = extensions.origin(Labeler.class, "test-one").orElseThrow().bundle();
            registration.unregister();
            String said = assertThrows(CancelledException.class, job::await).getMessage();
            assertEquals("The extension " + bundle + ", which brings the labeler 'test-one', was removed.", said);
            assertThrows(CancelledException.class, lease::get);
            assertThrows(CancelledException.class, () -> lease.guard(Monitor.silent()).checkpoint());
        }
    }

    @Test
    void aServiceWhoseIdFailsIsRefusedAndTheRestGoesOn() throws Exception {
        ServiceRegistration<Labeler> broken = framework.context().registerService(Labeler.class, new Fixed("") {
            @Override
            public String id() {
                throw new IllegalStateException("broken inside");
            }
        }, null);
        ServiceRegistration<Labeler> nameless = register(" ");
        ServiceRegistration<Labeler> sound = register("test-sound");
        assertTrue(extensions.ids(Labeler.class).contains("test-sound"));
        List<String> reasons = extensions.refusals().stream().map(Refusal::reason).toList();
        assertTrue(reasons.contains("Its labeler failed when it was asked for its id: IllegalStateException: broken inside."), reasons.toString());
        assertTrue(reasons.stream().anyMatch(r -> r.equals("The id of its labeler is ' '; an id consists of small letters, digits, '.', '_' and '-'.")), reasons.toString());
        broken.unregister();
        nameless.unregister();
        sound.unregister();
        assertTrue(extensions.refusals().stream().noneMatch(r -> r.reason().contains("labeler")), "a refusal goes with its service");
    }

    @Test
    void theSecondOfTwoEqualIdsWaitsUntilTheFirstGoes() throws Exception {
        ServiceRegistration<Labeler> first = register("test-one");
        Labeler kept = extensions.lease(Labeler.class, "test-one").get();
        ServiceRegistration<Labeler> second = register("test-one");
        assertSame(kept, extensions.lease(Labeler.class, "test-one").get());
        assertTrue(extensions.refusals().stream().anyMatch(r -> r.reason().contains("'test-one' is refused because")));
        Lease<Labeler> lease = extensions.lease(Labeler.class, "test-one");
        first.unregister();
        assertFalse(lease.isValid());
        assertTrue(extensions.find(Labeler.class, "test-one").isPresent(), "the waiting one takes the id over");
        assertTrue(extensions.refusals().stream().noneMatch(r -> r.reason().contains("'test-one'")));
        second.unregister();
        assertTrue(extensions.find(Labeler.class, "test-one").isEmpty());
    }

    @Test
    void aListenerMayAskForExtensions() throws Exception {
        ServiceRegistration<Labeler> first = register("test-one");
        List<Integer> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
        try (AutoCloseable listening = extensions.onChange(() -> heard.add(extensions.ids(Labeler.class).size()))) {
            int all = extensions.ids(Labeler.class).size();
            ServiceRegistration<Labeler> second = register("test-two");
            assertEquals(all + 1, heard.getLast());
            second.unregister();
            assertEquals(all, heard.getLast());
        }
        first.unregister();
    }

    @Test
    void aBundleBuiltForAnotherApiIsRefusedByNameWithBothVersions() throws Exception {
        framework.install("test.provider", "Export-Package", "org.example.api;version=\"1.0.0\"").start();
        framework.install("test.future", "Import-Package", "org.example.api;version=\"[2.0,2.1)\"");
        framework.install("test.lonely", "Import-Package", "org.example.absent");
        framework.install("test.content", "Import-Package", "org.example.api;version=\"[1.0,1.1)\",org.example.absent;resolution:=optional");
        assertEquals("It was built for org.example.api 2.0, this Refract has 1.0.", reason("test.future"));
        assertEquals("It needs the package org.example.absent, which nothing here offers.", reason("test.lonely"));
        assertTrue(extensions.refusals().stream().noneMatch(r -> r.name().equals("test.content")));
    }

    @Test
    void aBundleForAnotherJavaIsRefused() throws Exception {
        framework.install("test.java", "Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\"");
        assertEquals("It was built for Java 99, this is Java " + Runtime.version().feature() + ".", reason("test.java"));
    }

    @Test
    void aBundleThatFailedToStartIsRefusedWithTheReasonThatItsStarterGives() throws Exception {
        Bundle broken = framework.install("test.broken", "Bundle-Activator", "org.example.Missing");
        var told = framework.context().registerService(Map.class, Map.of(broken.getLocation(), "It failed when it was started: no luck."),
                new Hashtable<>(Map.of("refract.extension.failures", true)));
        assertEquals("It failed when it was started: no luck.", reason("test.broken"));
        told.unregister();
    }

    @Test
    void aRemovedBundleIsNoLongerRefused() throws Exception {
        Bundle bundle = framework.install("test.lonely", "Import-Package", "org.example.absent");
        reason("test.lonely");
        bundle.uninstall();
        assertTrue(extensions.refusals().stream().noneMatch(r -> r.name().equals("test.lonely")));
    }

    @Test
    void extensionsWithoutAFrameworkAreJustTheGivenObjects() throws Exception {
        try (Extensions fixed = Extensions.of(new Fixed("b"), new Fixed("a"), "no extension")) {
            assertEquals(List.of("a", "b"), List.copyOf(fixed.ids(Labeler.class)));
            assertEquals("a", fixed.lease(Labeler.class, "a").get().id());
            assertEquals(List.of(), fixed.all(SaeVariant.class));
            assertEquals(List.of(), fixed.refusals());
            assertEquals("There is no labeler 'c'; there are a, b.", assertThrows(RefractException.class, () -> fixed.lease(Labeler.class, "c")).getMessage());
            assertEquals("There is no SAE variant 'c'; there is none at all.", assertThrows(RefractException.class, () -> fixed.lease(SaeVariant.class, "c")).getMessage());
        }
    }

    private String reason(String bundle) {
        return extensions.refusals().stream().filter(r -> r.name().equals(bundle)).findFirst().orElseThrow().reason();
    }

    private ServiceRegistration<Labeler> register(String id) {
        return framework.context().registerService(Labeler.class, new Fixed(id), null);
    }

    private static class Fixed implements Labeler {

        private final String id;

        Fixed(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public Session open(List<String> captions) {
            return examples -> java.util.Optional.empty();
        }
    }
}
