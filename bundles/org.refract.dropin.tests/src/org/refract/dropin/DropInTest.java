package org.refract.dropin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.Settings;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** Drops the template extension into the running product; {@code refract.example} names its jar. */
class DropInTest {

    private static final String ID = "example-l1";
    private static final int WIDTH = 8;
    private static final int SAMPLES = 64;

    private final Path dropped = Path.of(System.getProperty("refract.test.extensions")).resolve("example.jar");
    private final Extensions extensions = extensions();

    @AfterEach
    void remove() throws Exception {
        Files.deleteIfExists(dropped);
        await(() -> extensions.find(SaeVariant.class, ID).isEmpty());
    }

    @Test
    void aDroppedJarIsTrainableAtOnceAndItsRemovalEndsTheWorkWithASentence() throws Exception {
        assertTrue(extensions.find(SaeVariant.class, ID).isEmpty());
        drop();
        Lease<SaeVariant> lease = extensions.lease(SaeVariant.class, ID);
        SaeVariant variant = lease.get();
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), new TorchRandom(1).randn(SAMPLES * WIDTH), SAMPLES, WIDTH);
            SaeConfig config = new SaeConfig(ID, WIDTH, WIDTH, 4 * WIDTH, Settings.of(variant.hyperparameters(), Map.of("lr", "0.01")));
            try (Sae sae = variant.create(config, x, 1, Placement.CPU); SaeTrainer trainer = variant.trainer(sae, x, SAMPLES)) {
                Monitor monitor = lease.guard(Monitor.silent());
                for (int i = 0; i < 100; i++) {
                    trainer.step(x);
                    monitor.checkpoint();
                }
                assertTrue(trainer.metrics().get("explained_variance") > 0.5, () -> trainer.metrics().toString());
                Files.delete(dropped);
                await(() -> !lease.isValid());
                trainer.step(x);
                CancelledException end = assertThrows(CancelledException.class, monitor::checkpoint);
                assertEquals("The extension org.example.sae.l1, which brings the SAE variant 'example-l1', was removed.", end.getMessage());
            }
        }
        assertFalse(extensions.ids(SaeVariant.class).contains(ID));
        assertTrue(extensions.ids(SaeVariant.class).contains("topk"));
    }

    @Test
    void aJarMayComeBack() throws Exception {
        drop();
        Files.delete(dropped);
        await(() -> extensions.find(SaeVariant.class, ID).isEmpty());
        drop();
        assertEquals("org.example.sae.l1", extensions.origin(SaeVariant.class, ID).orElseThrow().bundle());
    }

    private void drop() throws Exception {
        Path arriving = dropped.resolveSibling("example.part");
        Files.copy(Path.of(System.getProperty("refract.example")), arriving, StandardCopyOption.REPLACE_EXISTING);
        Files.move(arriving, dropped, StandardCopyOption.ATOMIC_MOVE);
        await(() -> extensions.find(SaeVariant.class, ID).isPresent());
    }

    /** Waits until extensions have come or gone so that the condition holds. */
    private void await(BooleanSupplier condition) throws Exception {
        Semaphore changes = new Semaphore(0);
        try (AutoCloseable listening = extensions.onChange(changes::release)) {
            while (!condition.getAsBoolean()) {
                assertTrue(changes.tryAcquire(1, TimeUnit.MINUTES), "the folder of extensions is not watched");
            }
        }
    }

    private static Extensions extensions() {
        BundleContext context = FrameworkUtil.getBundle(DropInTest.class).getBundleContext();
        return context.getService(context.getServiceReference(Extensions.class));
    }
}
