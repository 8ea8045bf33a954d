package org.refract.engine.extension;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.osgi.framework.Constants;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.MadeBeside;
import org.refract.engine.file.Sha256;

/**
 * The jars that a person put into the folder for extensions with Refract's help, and what each was then: {@code installed.json} there holds the SHA-256 of
 * each by its file name.
 *
 * @param folder the folder for extensions
 */
public record InstalledJars(Path folder) {

    private static final String RECORD = "installed.json";

    /**
     * A jar that is a bundle.
     *
     * @param file   where it lies
     * @param name   its bundle's name and version
     * @param sha256 of its bytes
     */
    public record Jar(Path file, String name, String sha256) {

        /** @throws RefractException if it is none */
        public static Jar of(Path file) throws RefractException {
            if (!Files.isRegularFile(file) || !file.getFileName().toString().endsWith(".jar")) {
                throw RefractException.usage("%s is no jar: name the file of an extension.", file);
            }
            try (JarFile jar = new JarFile(file.toFile())) {
                Attributes headers = Optional.ofNullable(jar.getManifest()).map(Manifest::getMainAttributes).orElseGet(Attributes::new);
                String bundle = headers.getValue(Constants.BUNDLE_SYMBOLICNAME);
                if (bundle == null) {
                    throw RefractException.usage("%s is no extension: its manifest has no Bundle-SymbolicName.", file);
                }
                String version = headers.getValue(Constants.BUNDLE_VERSION);
                return new Jar(file, bundle.replaceFirst(";.*", "").strip() + (version == null ? "" : " " + version.strip()), Sha256.of(file));
            } catch (IOException | SecurityException e) {
                throw RefractException.usage("%s is no extension, or it is damaged; get or build it again.", file);
            }
        }
    }

    /** Whether these bytes were agreed to before, under this name. */
    public boolean isKnown(Jar jar) throws RefractException {
        return hash(jar.file().getFileName().toString()).filter(jar.sha256()::equals).isPresent();
    }

    /** Whether a jar in the folder is another than the one that was installed under its name. */
    public boolean isChanged(Path jar) throws RefractException {
        Optional<String> then = jar.toAbsolutePath().getParent().equals(folder.toAbsolutePath()) ? hash(jar.getFileName().toString()) : Optional.empty();
        return then.isPresent() && Files.isRegularFile(jar) && !then.get().equals(Sha256.of(jar));
    }

    /**
     * Copies a jar into the folder, whole or not at all, and remembers what it is.
     *
     * @return where it lies now
     */
    public Path install(Jar jar) throws RefractException {
        Path place = folder.resolve(jar.file().getFileName());
        JsonObject all = read();
        all.addProperty(place.getFileName().toString(), jar.sha256());
        try (MadeBeside made = MadeBeside.of(place)) {
            Files.copy(jar.file(), made.path());
            if (!Sha256.of(made.path()).equals(jar.sha256())) {
                throw RefractException.failure("%s changed while it was copied; install it again.", jar.file());
            }
            write(all);
            made.commit();
        } catch (IOException e) {
            throw FileFailure.writing(place, e);
        }
        return place;
    }

    /** Deletes a jar of the folder and forgets it. */
    public void remove(Path jar) throws RefractException {
        try {
            Files.delete(jar);
        } catch (IOException e) {
            throw FileFailure.writing(jar, e);
        }
        JsonObject all = read();
        if (all.remove(jar.getFileName().toString()) != null) {
            write(all);
        }
    }

    private Optional<String> hash(String name) throws RefractException {
        return Optional.ofNullable(read().get(name)).filter(JsonElement::isJsonPrimitive).map(JsonElement::getAsString);
    }

    private JsonObject read() throws RefractException {
        Path file = folder.resolve(RECORD);
        if (!Files.exists(file)) {
            return new JsonObject();
        }
        try {
            JsonElement read = JsonParser.parseString(Files.readString(file));
            if (read.isJsonObject()) {
                return read.getAsJsonObject();
            }
        } catch (IOException | JsonParseException damaged) {
            throw RefractException.failure(damaged, "%s, which holds the hashes of installed extensions, is damaged; delete it and install them again.", file);
        }
        throw RefractException.failure("%s, which holds the hashes of installed extensions, is damaged; delete it and install them again.", file);
    }

    private void write(JsonObject all) throws RefractException {
        AtomicFile.write(folder.resolve(RECORD), Json.text(all));
    }
}
