package org.refract.engine.index;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.file.AtomicFile;
import org.refract.pictures.EncodedPicture;
import org.refract.pictures.PictureFile;

/**
 * The icons of a dictionary's features: what each one draws alone, in a picture without prompt. They lie on sheets of
 * {@value #PER_SHEET}, {@value #COLUMNS} in a row, in order of the latent, in files named {@code sheet-000.png}, so that a dictionary
 * of many thousand features is a handful of files; a feature that was never active has a black cell.
 */
public final class Icons {
    /** Icons on one sheet. */
    public static final int PER_SHEET = 256;
    /** Icons in one row of a sheet. */
    public static final int COLUMNS = 16;

    private final Path folder;
    private final int latents;

    /**
     * @param folder  where the sheets lie
     * @param latents size of the dictionary
     */
    public Icons(Path folder, int latents) {
        this.folder = folder;
        this.latents = latents;
    }

    /** How many sheets there are when all are drawn. */
    public int sheets() {
        return (latents + PER_SHEET - 1) / PER_SHEET;
    }

    /** The file of a sheet. */
    public Path sheet(int number) {
        return folder.resolve("sheet-%03d.png".formatted(number));
    }

    /** The icons on a sheet, {@link #PER_SHEET} but for the last one. */
    public int on(int sheet) {
        return Math.min(PER_SHEET, latents - sheet * PER_SHEET);
    }

    /** Whether a sheet has been drawn. */
    public boolean drawn(int sheet) {
        return Files.isRegularFile(sheet(sheet));
    }

    /** The icon of a feature; empty if its sheet was not drawn. */
    public Optional<BufferedImage> image(int latent) throws RefractException {
        if (latent < 0 || latent >= latents || !drawn(latent / PER_SHEET)) {
            return Optional.empty();
        }
        Path file = sheet(latent / PER_SHEET);
        BufferedImage sheet = EncodedPicture.of(file).decoded().orElseThrow(() -> damaged(file));
        int size = sheet.getWidth() / COLUMNS;
        int cell = latent % PER_SHEET;
        if (size == 0 || (cell / COLUMNS + 1) * size > sheet.getHeight()) {
            throw damaged(file);
        }
        return Optional.of(sheet.getSubimage(cell % COLUMNS * size, cell / COLUMNS * size, size, size));
    }

    private static RefractException damaged(Path file) {
        return RefractException.usage("The icons in %s are damaged; delete the file and run refract unpack again.", file);
    }

    /**
     * Writes a sheet.
     *
     * @param icons one per latent of the sheet, square and of one size; empty for a feature that was never active
     * @param size  side of an icon in pixels
     */
    public void write(int sheet, List<Optional<BufferedImage>> icons, int size) throws RefractException {
        int rows = (icons.size() + COLUMNS - 1) / COLUMNS;
        BufferedImage picture = new BufferedImage(COLUMNS * size, rows * size, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        for (int cell = 0; cell < icons.size(); cell++) {
            int at = cell;
            icons.get(cell).ifPresent(icon -> graphics.drawImage(icon, at % COLUMNS * size, at / COLUMNS * size, size, size, null));
        }
        graphics.dispose();
        AtomicFile.write(sheet(sheet), PictureFile.png(picture));
    }
}
