package org.refract.engine.extension;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** A framework to install bundles into: the one that the test runs in, or else one of its own. */
final class TestFramework implements AutoCloseable {

    private final Optional<Framework> own;
    private final BundleContext context;
    private final List<Bundle> installed = new ArrayList<>();

    TestFramework(Path storage) throws BundleException {
        Bundle here = FrameworkUtil.getBundle(Extensions.class);
        if (here != null) {
            own = Optional.empty();
            context = here.getBundleContext();
        } else {
            Framework framework = ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow().newFramework(
                    Map.of("org.osgi.framework.storage", storage.toString(), "felix.log.level", "0"));
            framework.start();
            own = Optional.of(framework);
            context = framework.getBundleContext();
        }
    }

    BundleContext context() {
        return context;
    }

    /** Installs a bundle that consists of its manifest. */
    Bundle install(String name, String... headers) throws BundleException, IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        for (int i = 0; i < headers.length; i += 2) {
            main.putValue(headers[i], headers[i + 1]);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            jar.finish();
        }
        Bundle bundle = context.installBundle("test:" + name, new ByteArrayInputStream(bytes.toByteArray()));
        installed.add(bundle);
        return bundle;
    }

    @Override
    public void close() throws BundleException, InterruptedException {
        for (Bundle bundle : installed) {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
            }
        }
        if (own.isPresent()) {
            own.get().stop();
            own.get().waitForStop(10_000);
        }
    }
}
