package org.refract.engine.extension;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;
import org.refract.api.RefractException;
import org.refract.engine.file.Sha256;

/**
 * Who brings an extension.
 *
 * @param bundle  the bundle's symbolic name
 * @param version the bundle's version
 * @param file    its jar, if it was dropped into a folder for extensions
 */
public record Origin(String bundle, Version version, Optional<Path> file) {

    /** How the launcher installs Refract's own bundles: used where they lie. */
    private static final String SHIPPED = "reference:";
    private static final String FILE = "file:";
    private static final String MAKER = "extension";
    private static final String MAKERS_VERSION = "extension_version";

    /** Of a bundle that may have vanished in the meantime. */
    public static Origin of(Bundle bundle) {
        if (bundle == null) {
            return new Origin("a vanished bundle", Version.emptyVersion, Optional.of(Path.of("")));
        }
        String location = bundle.getLocation();
        String name = bundle.getSymbolicName() == null ? location : bundle.getSymbolicName();
        Optional<Path> file = location.startsWith(SHIPPED) || bundle.getBundleId() == 0 ? Optional.empty()
                : Optional.of(location.startsWith(FILE) ? Path.of(URI.create(location)) : Path.of(""));
        return new Origin(name, bundle.getVersion(), file);
    }

    /** Who brings an object that an extension point handed out, or that such an object made; empty for Refract's own. */
    public static Optional<Origin> of(Object extension) {
        return Guard.origin(extension);
    }

    /** Of an object that no bundle brings. */
    static Origin ofType(Class<?> type) {
        return new Origin(type.getSimpleName(), Version.emptyVersion, Optional.empty());
    }

    /** Whether it is a part of Refract itself. */
    public boolean isShipped() {
        return file.isEmpty();
    }

    /** The version as its maker wrote it, without a build's qualifier. */
    public String number() {
        return version.getMajor() + "." + version.getMinor() + "." + version.getMicro();
    }

    /** The jar's name, empty for a part of Refract itself. */
    public String fileName() {
        return file.map(Path::getFileName).map(Path::toString).orElse("");
    }

    /** What is written beside what an extension made: its bundle, version and the jar's SHA-256. Nothing for a part of Refract itself. */
    public Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        if (!isShipped()) {
            facts.put(MAKER, bundle);
            facts.put(MAKERS_VERSION, version.toString());
            file.filter(Files::isRegularFile).ifPresent(jar -> {
                try {
                    facts.put("extension_sha256", Sha256.of(jar));
                } catch (RefractException e) {
                    // a jar that was deleted meanwhile has no hash any more
                }
            });
        }
        return facts;
    }

    /** The extension that the {@link #facts()} beside something name: its bundle and version. */
    public static Optional<String> maker(Map<String, String> facts) {
        return Optional.ofNullable(facts.get(MAKER)).map(bundle -> bundle + " " + facts.getOrDefault(MAKERS_VERSION, "").strip());
    }

    /** Name, version and file, for sentences. */
    @Override
    public String toString() {
        return bundle + (version.equals(Version.emptyVersion) ? "" : " " + number()) + (fileName().isEmpty() ? "" : " (" + fileName() + ")");
    }
}
