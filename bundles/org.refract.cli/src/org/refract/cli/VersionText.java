package org.refract.cli;

import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import picocli.CommandLine.IVersionProvider;

/** What {@code refract --version} prints. */
final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Optional.ofNullable(FrameworkUtil.getBundle(VersionText.class)).map(Bundle::getVersion)
                .map(v -> v.getMajor() + "." + v.getMinor() + "." + v.getMicro()).orElse("(not installed)");
        return new String[] {"refract " + version, "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch")};
    }
}
