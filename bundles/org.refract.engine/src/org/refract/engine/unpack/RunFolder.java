package org.refract.engine.unpack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.engine.file.Enclosed;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.Recording;
import org.refract.engine.store.Recordings;

/**
 * Where things lie in the folder of an unpacked model; every face reads these. A hook point's folder is named by its path, with the site
 * after it where it is not the update ({@code unet.mid_block.attentions.0.output}).
 *
 * @param path the folder
 */
public record RunFolder(Path path) {

    /** The name of a hook point's files and folders. */
    public static String name(HookPoint point) {
        return ActivationStore.folderName(point);
    }

    /** The hook point of a {@link #name}. */
    public static HookPoint point(String name) {
        for (Site site : List.of(Site.INPUT, Site.OUTPUT)) {
            String ending = "." + site.name().toLowerCase(Locale.ROOT);
            if (name.endsWith(ending)) {
                return new HookPoint(name.substring(0, name.length() - ending.length()), site);
            }
        }
        return new HookPoint(name, Site.UPDATE);
    }

    /**
     * This folder, if nothing in it leads out of it; whoever opens a run that may be somebody else's asks first.
     *
     * @throws RefractException which link leads out
     */
    public RunFolder enclosed() throws RefractException {
        Enclosed.check(path);
        return this;
    }

    /** What was done, with what, how far. */
    public Path record() {
        return path.resolve("run.json");
    }

    /** The recordings and one activation store per hook point. */
    public Path store() {
        return path.resolve("store");
    }

    /** One folder per dictionary. */
    public Path saes() {
        return path.resolve("saes");
    }

    /** The checkpoint of a hook point's dictionary, with its training log and state. */
    public Path sae(HookPoint point) {
        return saes().resolve(name(point));
    }

    /** The atlas of a hook point's dictionary. */
    public Path atlas(HookPoint point) {
        return path.resolve("atlas").resolve(name(point) + ".duckdb");
    }

    /** The icon sheets of a hook point's dictionary. */
    public Path icons(HookPoint point) {
        return path.resolve("atlas").resolve("icons").resolve(name(point));
    }

    /** Interventions that are shown: see {@link Showcase}. */
    public Path interventions() {
        return path.resolve("interventions");
    }

    /** One folder per analysis. */
    public Path findings() {
        return path.resolve("findings");
    }

    /** What {@code refract eval} measured: its files, or a folder of them for each hook point. */
    public Path evaluation() {
        return path.resolve("evaluation");
    }

    /** The report. */
    public Path report() {
        return path.resolve("report");
    }

    /** The hook points that have an atlas, in alphabetical order. */
    public List<HookPoint> atlases() throws RefractException {
        Path folder = path.resolve("atlas");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<HookPoint> points = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().endsWith(".duckdb")).sorted().toList()) {
                String name = file.getFileName().toString();
                points.add(point(name.substring(0, name.length() - ".duckdb".length())));
            }
        } catch (IOException e) {
            throw RefractException.failure(e, "The folder %s cannot be read: %s.", folder, e.getMessage());
        }
        return points;
    }

    /** The first prompts of the recordings, each once. */
    public List<String> prompts(int most) throws RefractException {
        try (Recordings recordings = Recordings.open(path)) {
            return recordings.all().stream().map(Recording::prompt).distinct().limit(most).toList();
        }
    }
}
