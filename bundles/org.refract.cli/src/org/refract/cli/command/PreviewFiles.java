package org.refract.cli.command;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.engine.draw.NumberedFiles;
import org.refract.engine.file.AtomicFile;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;
import org.refract.engine.file.FileFailure;

/** Writes what a model shows on the way to a file; the rest is passed on. A preview that cannot be written is a note, not a failure. */
final class PreviewFiles extends ForwardingMonitor {
    private final int every;
    private final Path picture;
    private final Optional<Path> folder;
    private final NumberedFiles files = new NumberedFiles();
    private final Path beside;
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
        this.beside = beside(picture);
    }

    /** A name that nobody has. */
    private static Path beside(Path picture) {
        Path plain = picture.resolveSibling(name(picture) + "-preview.png");
        int number = 1;
        while (Files.exists(NumberedFiles.numbered(plain, number), LinkOption.NOFOLLOW_LINKS)) {
            number++;
        }
        return NumberedFiles.numbered(plain, number);
    }

    private static String name(Path picture) {
        return picture.getFileName().toString().replaceFirst("\\.[^.]*$", "");
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
        try {
            if (folder.isEmpty()) {
                AtomicFile.write(beside, PictureFile.bytes(beside, image, PictureText.NONE));
            } else {
                Path file = folder.get().resolve("%s-%03d.png".formatted(name(picture), seen));
                files.write(List.of(new NumberedFiles.Named(file, PictureFile.bytes(file, image, PictureText.NONE))));
            }
        } catch (RefractException e) {
            note(e.getMessage());
        }
    }

    /** Removes the preview beside the picture. */
    void done() throws RefractException {
        try {
            if (folder.isEmpty()) {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw FileFailure.writing(beside, e);
        }
    }
}
