package org.refract.cli.command;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;
import org.refract.engine.file.AtomicFile;

/**
 * A PNG file that says how it was drawn: a text chunk {@code parameters} in the form that the Stable Diffusion web UIs read, and a
 * chunk {@code refract} with everything as JSON.
 */
final class PictureFile {
    private static final String FORMAT = "javax_imageio_png_1.0";

    private PictureFile() {
    }

    /** Writes it whole or not at all. */
    public static void write(Path file, BufferedImage image, String parameters, JsonObject record) throws RefractException {
        AtomicFile.write(file, png(image, parameters, record.toString()));
    }

    /** The text of a {@code parameters} chunk. */
    public static String parameters(ImageRequest request, int picture, ModelInfo model) {
        String negative = request.negativePrompts().isEmpty() ? ""
                : "\nNegative prompt: " + request.negativePrompts().get(Math.min(picture, request.negativePrompts().size() - 1));
        return request.prompts().get(picture) + negative + String.format(Locale.ROOT, "\nSteps: %d, Sampler: %s, CFG scale: %s, Seed: %d, Size: %dx%d, Model: %s",
                request.steps(), request.scheduler().orElse("model default"), request.guidance(), request.seeds().get(picture), request.width(), request.height(),
                model.name());
    }

    /** The same as JSON, with the model's fingerprint. */
    public static JsonObject record(ImageRequest request, int picture, ModelInfo model) {
        JsonObject json = new JsonObject();
        json.addProperty("prompt", request.prompts().get(picture));
        if (!request.negativePrompts().isEmpty()) {
            json.addProperty("negative", request.negativePrompts().get(Math.min(picture, request.negativePrompts().size() - 1)));
        }
        json.addProperty("seed", request.seeds().get(picture));
        json.addProperty("steps", request.steps());
        json.addProperty("guidance", request.guidance());
        json.addProperty("width", request.width());
        json.addProperty("height", request.height());
        request.scheduler().ifPresent(s -> json.addProperty("scheduler", s));
        json.addProperty("model", model.name());
        json.addProperty("fingerprint", model.fingerprint());
        return json;
    }

    static byte[] png(BufferedImage image, String parameters, String record) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
                ImageWriteParam settings = writer.getDefaultWriteParam();
                IIOMetadata metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), settings);
                IIOMetadataNode root = new IIOMetadataNode(FORMAT);
                text(root, "parameters", parameters);
                text(root, "refract", record);
                metadata.mergeTree(FORMAT, root);
                writer.setOutput(stream);
                writer.write(metadata, new IIOImage(image, null, metadata), settings);
            }
            return bytes.toByteArray();
        } catch (IIOInvalidTreeException e) {
            throw new IllegalStateException("the text chunks are wrong", e);
        } catch (IOException e) {
            throw new IllegalStateException("a picture in memory could not be written", e);
        } finally {
            writer.dispose();
        }
    }

    /** {@code tEXt} for what Latin-1 can hold, as readers expect; {@code iTXt} for the rest. */
    private static void text(IIOMetadataNode root, String keyword, String value) {
        boolean latin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(value);
        IIOMetadataNode entry = new IIOMetadataNode(latin ? "tEXtEntry" : "iTXtEntry");
        entry.setAttribute("keyword", keyword);
        if (latin) {
            entry.setAttribute("value", value);
        } else {
            entry.setAttribute("compressionFlag", "FALSE");
            entry.setAttribute("compressionMethod", "0");
            entry.setAttribute("languageTag", "");
            entry.setAttribute("translatedKeyword", "");
            entry.setAttribute("text", value);
        }
        IIOMetadataNode list = new IIOMetadataNode(latin ? "tEXt" : "iTXt");
        list.appendChild(entry);
        root.appendChild(list);
    }
}
