package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;
import org.w3c.dom.Node;

class PictureFileTest {
    @TempDir
    Path folder;

    private static Map<String, String> texts(Path file) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
            reader.setInput(stream);
            Map<String, String> texts = new HashMap<>();
            Node root = reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
            for (Node list = root.getFirstChild(); list != null; list = list.getNextSibling()) {
                for (Node entry = list.getFirstChild(); entry != null; entry = entry.getNextSibling()) {
                    if (entry.getAttributes().getNamedItem("keyword") != null) {
                        Node value = entry.getAttributes().getNamedItem(entry.getNodeName().equals("tEXtEntry") ? "value" : "text");
                        texts.put(entry.getAttributes().getNamedItem("keyword").getNodeValue(), value.getNodeValue());
                    }
                }
            }
            return texts;
        } finally {
            reader.dispose();
        }
    }

    private Map<String, String> written(String prompt) throws RefractException, IOException {
        ImageRequest request = ImageRequest.of(4, 3.5, 64, 96).withPrompts(List.of(prompt), List.of(7L)).withNegativePrompts(List.of("blurred")).withScheduler("euler");
        ModelInfo model = new ModelInfo("emoji", "sdxl", 10, "sha256:ab", Map.of());
        Path file = folder.resolve("new").resolve("picture.png");
        PictureFile.write(file, new BufferedImage(96, 64, BufferedImage.TYPE_INT_RGB), PictureFile.parameters(request, 0, model), PictureFile.record(request, 0, model));
        assertEquals(96, ImageIO.read(file.toFile()).getWidth());
        return texts(file);
    }

    @Test
    void saysHowItWasDrawnAsTheWebUisReadIt() throws RefractException, IOException {
        assertEquals("red heart\nNegative prompt: blurred\nSteps: 4, Sampler: euler, CFG scale: 3.5, Seed: 7, Size: 96x64, Model: emoji",
                written("red heart").get("parameters"));
    }

    @Test
    void keepsEverythingAsJson() throws RefractException, IOException {
        var json = JsonParser.parseString(written("ein \u201eHerz\u201c \u2764\ufe0f").get("refract")).getAsJsonObject();
        assertEquals("ein \u201eHerz\u201c \u2764\ufe0f", json.get("prompt").getAsString());
        assertEquals(7, json.get("seed").getAsInt());
        assertEquals("sha256:ab", json.get("fingerprint").getAsString());
    }

    @Test
    void aFolderThatCannotBeWrittenIsASentenceAndLeavesNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x", StandardCharsets.UTF_8);
        assertThrows(RefractException.class, () -> PictureFile.write(file.resolve("picture.png"), new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "",
                new com.google.gson.JsonObject()));
        assertFalse(Files.isDirectory(file));
    }
}
