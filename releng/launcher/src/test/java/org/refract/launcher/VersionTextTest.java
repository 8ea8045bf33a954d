package org.refract.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V", "-q --version", "--version --debug", "--safe --version", "--version train", "-V train --help"})
    void theVersionIsAskedForBeforeACommand(String line) {
        assertTrue(VersionText.isAskedBy(line.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--help", "--version --help", "--version --nonsense", "train", "train --version", "-q"})
    void everythingElseIsTheCommandLinesToAnswer(String line) {
        assertFalse(VersionText.isAskedBy(line.isEmpty() ? new String[0] : line.split(" ")));
    }

    @Test
    void itIsTheVersionOfTheInstalledCommandLine(@TempDir Path home) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-Version", "7.8.9.202601011200");
        Files.createDirectories(home.resolve("bundles"));
        Path jar = home.resolve("bundles/org.refract.cli.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        assertEquals("refract 7.8.9", VersionText.of(new Installation(home)).lines().findFirst().orElseThrow());
        Files.delete(jar);
        assertTrue(assertThrows(IOException.class, () -> VersionText.of(new Installation(home))).getMessage().contains("unpack the product again"));
    }
}
