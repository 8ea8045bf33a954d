package org.refract.cli.command;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.cli.picture.PictureFile;
import org.refract.cli.picture.PictureText;
import org.refract.engine.file.FileFailure;

/** Writes what a model shows on the way to a file; the rest is passed on. A preview that cannot be written is a note, not a failure. */
final class PreviewFiles extends ForwardingMonitor {
    private final int every;
    private final Path picture;
    private final Optional<Path> folder;
    private int seen;

    /**
     * @param next    hears everything else
     * @param every   steps from one to the next
     * @param picture the file that the picture will be in
     * @param folder  where all are kept, empty for one beside the picture
     */
    PreviewFiles(Monitor next, int every, Path picture, Optional<Path> folder) {
        super(next);
        this.every = every;
        this.picture = picture;
        this.folder = folder;
    }

    @Override
    public boolean wantsPreviews() {
        return true;
    }

    @Override
    public void preview(BufferedImage image) {
        seen++;
        if (seen % every != 0) {
            return;
        }
        String name = picture.getFileName().toString().replaceFirst("\\.[^.]*$", "");
        Path file = folder.map(f -> f.resolve("%s-%03d.png".formatted(name, seen))).orElseGet(this::beside);
        try {
            PictureFile.write(file, image, PictureText.NONE);
        } catch (RefractException e) {
            note(e.getMessage());
        }
    }

    private Path beside() {
        return picture.resolveSibling(picture.getFileName().toString().replaceFirst("\\.[^.]*$", "") + "-preview.png");
    }

    /** Removes the preview beside the picture. */
    void done() throws RefractException {
        try {
            if (folder.isEmpty()) {
                Files.deleteIfExists(beside());
            }
        } catch (IOException e) {
            throw FileFailure.writing(beside(), e);
        }
    }
}
