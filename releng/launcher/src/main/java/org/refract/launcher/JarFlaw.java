package org.refract.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.osgi.framework.Constants;

/** Why a jar is no bundle. */
final class JarFlaw {

    /** How every jar begins. */
    private static final byte[] FIRST = {'P', 'K', 3, 4};
    private static final Duration A_MOMENT = Duration.ofSeconds(5);

    private JarFlaw() {}

    /** A sentence, unless it looks like a bundle. */
    static Optional<String> of(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            Optional<Manifest> manifest = Optional.ofNullable(jar.getManifest());
            return manifest.map(m -> m.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME)).isPresent() ? Optional.empty()
                    : Optional.of("It is not an OSGi bundle: its manifest has no Bundle-SymbolicName.");
        } catch (IOException | SecurityException e) {
            return Optional.of(isArriving(file) ? "It is still being written; it is taken in when it is whole."
                    : "It is not an OSGi bundle, or it is damaged; get or build it again.");
        }
    }

    /** Whether it begins like a jar, is not whole, and was written to a moment ago. */
    static boolean isArriving(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] first = in.readNBytes(FIRST.length);
            boolean young = Files.getLastModifiedTime(file).toInstant().isAfter(Instant.now().minus(A_MOMENT));
            return young && Arrays.equals(first, 0, first.length, FIRST, 0, first.length) && !isWhole(file);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isWhole(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
