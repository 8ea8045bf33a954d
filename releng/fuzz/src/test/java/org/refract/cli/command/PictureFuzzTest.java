package org.refract.cli.command;

import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.refract.pictures.Mask;
import org.refract.pictures.Photo;
import org.refract.fuzz.Damage;
import org.refract.fuzz.Damaged;
import org.refract.fuzz.Sample;

/** Damaged pictures, as photos, as masks and as what says how it was drawn; damaged graphs, parameters and records in sound ones. */
class PictureFuzzTest {
    private static final String SEED = "20261201";
    private static final List<Sample> PICTURES = Sample.ofFolder(folder("sound/pictures"), name -> true);

    private final Damaged photos = new Damaged("picture", PICTURES, Damage::binary, file -> {
        Photo.read(file);
        Mask.read(file);
    });
    private final Damaged recipes = new Damaged("picture", PICTURES, Damage::binary, file -> PastPicture.of(file).checked(file));
    private final Damaged graphs = new Damaged("graph", Sample.ofFolder(folder("sound/graphs"), name -> true), Damage::text,
            file -> ComfyPicture.read(file, text(file)).checked(file));
    private final Damaged parameters = new Damaged("parameters", Sample.ofFolder(folder("sound/parameters"), name -> true), Damage::text,
            file -> WebUiParameters.read(text(file)).checked(file));
    private final Damaged records = new Damaged("record", Sample.ofFolder(folder("sound/records"), name -> true), Damage::text,
            file -> PictureRecord.read(file.toString(), text(file)).checked(file));

    @Example
    void soundAndKnownFiles() {
        for (Damaged kind : List.of(photos, recipes, graphs, parameters, records)) {
            kind.known();
        }
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void photos(@ForAll long seed) {
        photos.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void recipes(@ForAll long seed) {
        recipes.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void graphs(@ForAll long seed) {
        graphs.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void parameters(@ForAll long seed) {
        parameters.one(seed);
    }

    @Property(seed = SEED, shrinking = ShrinkingMode.OFF)
    void records(@ForAll long seed) {
        records.one(seed);
    }

    private static String text(Path file) {
        return new String(Sample.of(file).bytes());
    }

    private static Path folder(String name) {
        try {
            return Path.of(Damaged.class.getResource(name).toURI());
        } catch (java.net.URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
