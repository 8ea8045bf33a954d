package org.refract.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;

class LocationsTest {

    @TempDir Path folder;

    @Test
    void aPersonsFilesLieInThePlatformsUsualPlaces() {
        Path home = folder.resolve("home");
        assertEquals(home.resolve(".local/share/refract"), at("Linux", Map.of()).data());
        assertEquals(home.resolve(".config/refract"), at("Linux", Map.of()).config());
        assertEquals(home.resolve(".cache/refract"), at("Linux", Map.of()).cache());
        assertEquals(folder.resolve("x/refract"), at("Linux", Map.of("XDG_DATA_HOME", folder.resolve("x").toString())).data());
        assertEquals(home.resolve(".local/share/refract"), at("Linux", Map.of("XDG_DATA_HOME", "relative")).data());
        assertEquals(home.resolve("Library/Application Support/Refract"), at("Mac OS X", Map.of()).data());
        assertEquals(home.resolve("Library/Caches/Refract"), at("Mac OS X", Map.of()).cache());
        assertEquals(home.resolve("AppData/Local/Refract"), at("Windows 11", Map.of()).cache());
        assertEquals(folder.resolve("roaming/Refract"), at("Windows 11", Map.of("APPDATA", folder.resolve("roaming").toString())).data());
        assertEquals(folder.resolve("own"), at("Linux", Map.of("REFRACT_DATA", folder.resolve("own").toString())).data());
        assertEquals(home.resolve(".local/share/refract/extensions"), at("Linux", Map.of()).extensions());
    }

    @Test
    void whatIsShippedIsFoundBySettingByInstallationAndInTheSourceTree() throws Exception {
        Path tree = Files.createDirectories(folder.resolve("tree/bundles/deep"));
        Path reference = Files.createDirectories(folder.resolve("tree/releng/reference"));
        Files.createDirectories(reference.resolve("sae"));
        Properties properties = properties("Linux");
        properties.setProperty("user.dir", tree.toString());
        assertEquals(reference, new Locations(Map.of(), properties).reference());
        assertEquals(reference.resolve("sae"), new Locations(Map.of(), properties).reference("sae"));
        Path installed = Files.createDirectories(folder.resolve("product/demo"));
        properties.setProperty("refract.home", folder.resolve("product").toString());
        assertEquals(installed, new Locations(Map.of(), properties).demo());
        Path named = Files.createDirectories(folder.resolve("named"));
        assertEquals(named, new Locations(Map.of("REFRACT_REFERENCE", named.toString()), properties).reference());
        properties.setProperty("refract.reference", tree.toString());
        assertEquals(tree, new Locations(Map.of("REFRACT_REFERENCE", named.toString()), properties).reference());
    }

    @Test
    void whatIsMissingIsASentence() {
        Locations nowhere = at("Linux", Map.of());
        assertEquals("The demo model is not here: set REFRACT_DEMO to its folder, or run inside the source tree.",
                assertThrows(RefractException.class, nowhere::demo).getMessage());
        String wrong = assertThrows(RefractException.class, () -> at("Linux", Map.of("REFRACT_DEMO", folder.resolve("no").toString())).demo()).getMessage();
        assertTrue(wrong.startsWith("REFRACT_DEMO is set to ") && wrong.endsWith("which is not a folder."), wrong);
    }

    private Locations at(String system, Map<String, String> environment) {
        return new Locations(environment, properties(system));
    }

    private Properties properties(String system) {
        Properties properties = new Properties();
        properties.setProperty("os.name", system);
        properties.setProperty("user.home", folder.resolve("home").toString());
        properties.setProperty("user.dir", folder.toString());
        return properties;
    }
}
