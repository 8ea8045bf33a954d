package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DrawingTest {

    @Test
    void theDrawnHouseIsTheOneThatStands() throws Exception {
        Path tree = SourceTree.folder();
        Process draw = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "releng/dev/Draw.java", ".")
                .directory(tree.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        ByteArrayOutputStream drawn = new ByteArrayOutputStream();
        draw.getInputStream().transferTo(drawn);
        assertEquals(0, draw.waitFor());
        assertEquals(Files.readString(tree.resolve("docs/house.svg")), drawn.toString(StandardCharsets.UTF_8),
                "draw it anew: java releng/dev/Draw.java . > docs/house.svg");
    }
}
