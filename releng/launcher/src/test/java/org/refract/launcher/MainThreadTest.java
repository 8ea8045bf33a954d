package org.refract.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

class MainThreadTest {

    @Test
    void runsWhatTheCommandRegistersAndThenReturnsItsExitCode(@TempDir Path cache) throws Exception {
        Framework framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, cache.toString()));
        framework.start();
        try {
            BundleContext context = framework.getBundleContext();
            MainThread mainThread = MainThread.in(context);
            CompletableFuture<Integer> exitCode = new CompletableFuture<>();
            CompletableFuture<Thread> window = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                Dictionary<String, Object> properties = new Hashtable<>(Map.of("main.thread", true));
                context.registerService(Runnable.class, () -> window.complete(Thread.currentThread()), properties);
                window.join();
                exitCode.complete(3);
            });
            assertEquals(3, mainThread.serveUntil(exitCode, code -> { }));
            assertSame(Thread.currentThread(), window.join());
        } finally {
            framework.stop();
            framework.waitForStop(0);
        }
    }
}
