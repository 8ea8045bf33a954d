package org.refract.engine.unpack;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention;
import org.refract.api.json.Json;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.Enclosed;
import org.refract.engine.file.FileFailure;
import org.refract.pictures.PictureFile;

/** {@link Showcase}s as files: {@code <id>.json} with the names of the record, pictures beside it. */
public final class ShowcaseFiles {
    private ShowcaseFiles() {
    }

    /** Writes the pictures, then the showcase, so that a showcase that is there is whole. */
    static void write(Path folder, Showcase showcase, List<BufferedImage> pictures) throws RefractException {
        JsonArray shots = new JsonArray();
        for (int i = 0; i < pictures.size(); i++) {
            Showcase.Shot shot = showcase.shots().get(i);
            AtomicFile.write(folder.resolve(shot.file()), PictureFile.png(pictures.get(i)));
            JsonObject json = new JsonObject();
            json.addProperty("caption", shot.caption());
            json.addProperty("file", shot.file());
            json.addProperty("prompt", shot.prompt());
            json.addProperty("seed", shot.seed());
            shot.intervention().ifPresent(i2 -> json.add("intervention", InterventionJson.write(i2)));
            shots.add(json);
        }
        JsonObject json = new JsonObject();
        json.addProperty("id", showcase.id());
        json.addProperty("point", showcase.point());
        json.addProperty("latent", showcase.latent());
        showcase.label().ifPresent(label -> json.addProperty("label", label));
        json.addProperty("prompt", showcase.prompt());
        json.addProperty("seed", showcase.seed());
        json.addProperty("steps", showcase.steps());
        json.addProperty("guidance", showcase.guidance());
        json.addProperty("effect", showcase.effect());
        json.addProperty("locality", showcase.locality());
        json.addProperty("area", showcase.area());
        json.add("shots", shots);
        AtomicFile.write(folder.resolve(showcase.id() + ".json"), Json.text(json));
    }

    /** All showcases of a run, ordered by id. */
    public static List<Showcase> read(RunFolder run) throws RefractException {
        Path folder = run.interventions();
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Showcase> showcases = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().endsWith(".json")).sorted().toList()) {
                showcases.add(read(file));
            }
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
        return showcases;
    }

    private static Showcase read(Path file) throws RefractException {
        Json json = Json.read(file);
        List<Showcase.Shot> shots = new ArrayList<>();
        for (Json shot : json.at("shots").items()) {
            Optional<Intervention> intervention = shot.has("intervention") ? Optional.of(InterventionJson.read(shot.at("intervention")))
                    : Optional.empty();
            String picture = Enclosed.file(file.getParent(), shot.at("file"), "").getFileName().toString();
            shots.add(new Showcase.Shot(shot.at("caption").text(), picture, shot.at("prompt").text(), shot.at("seed").integer(),
                    intervention));
        }
        Optional<String> label = json.has("label") ? Optional.of(json.at("label").text()) : Optional.empty();
        return new Showcase(json.at("id").text(), json.at("point").text(), json.at("latent").integer(0, Integer.MAX_VALUE), label,
                json.at("prompt").text(), json.at("seed").integer(), json.at("steps").integer(1, Integer.MAX_VALUE), json.at("guidance").number(),
                json.at("effect").number(), json.at("locality").number(), json.at("area").number(), shots);
    }
}
