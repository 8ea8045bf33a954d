package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApiTest {

    private static final String RECORDED = "docs/api/org.refract.api.txt";

    @Test
    void theApiIsTheOneThatIsWrittenDown() throws Exception {
        List<String> now = PublicShape.of(Product.folder().resolve("bundles/org.refract.api.jar"));
        Path built = Files.createDirectories(SourceTree.folder().resolve("releng/itest/target/api")).resolve("org.refract.api.txt");
        Files.write(built, now);
        List<String> before = Files.readAllLines(SourceTree.folder().resolve(RECORDED));
        List<String> gone = before.stream().filter(line -> !now.contains(line)).toList();
        List<String> come = now.stream().filter(line -> !before.contains(line)).toList();
        assertEquals(before, now, () -> "the API changed: gone " + gone + ", come " + come + ". Say so in docs/api-changes.md, then: cp "
                + SourceTree.folder().relativize(built) + " " + RECORDED);
    }

    @Test
    void whatIsWrittenDownNamesTypesMembersAndVersions() throws Exception {
        List<String> now = PublicShape.of(Product.folder().resolve("bundles/org.refract.api.jar"));
        for (String line : List.of("package org.refract.api.sae 1.0.0", "  abstract public SaeVariant.id ()String", "  public Settings.integer (String)long")) {
            assertTrue(now.contains(line), line);
        }
    }
}
