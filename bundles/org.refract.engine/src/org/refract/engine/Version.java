package org.refract.engine;

import ai.djl.engine.Engine;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

/** Versions that a run's record and a checkpoint's sidecar name. */
public final class Version {

    /** The engine's version outside a framework. */
    private static final String DEVELOPMENT = "0.1.0";

    private Version() {
    }

    /** Refract's version, {@code 0.1.0}. */
    public static String refract() {
        return Optional.ofNullable(FrameworkUtil.getBundle(Version.class)).map(Version::plain).orElse(DEVELOPMENT);
    }

    /** The version of libtorch, {@code 2.7.1}. */
    public static String torch() {
        return Engine.getEngine("PyTorch").getVersion();
    }

    /** The version of Java, {@code 25.0.1}. */
    public static String java() {
        return Runtime.version().toString();
    }

    private static String plain(Bundle bundle) {
        org.osgi.framework.Version version = bundle.getVersion();
        return version.getMajor() + "." + version.getMinor() + "." + version.getMicro();
    }
}
