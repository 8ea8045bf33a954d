package org.refract.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.analysis.Finding;
import org.refract.engine.unpack.FindingFiles;
import org.refract.engine.unpack.RunFolder;

/**
 * A finding as the page reads it: a table with rows, or pictures.
 *
 * @param analysis which analysis found it
 * @param columns  names of columns of a table
 * @param rows     cells of a table
 * @param across   pictures in a row
 * @param pictures the pictures; empty for a table
 */
record ShownFinding(String analysis, String id, String title, String explanation, List<String> columns, List<List<Object>> rows, int across,
        List<Picture> pictures) {

    /** A picture with its caption. */
    record Picture(String caption, String file, int width, int height) {
    }

    /** All findings of a run; their pictures are written into {@code images/}. */
    static List<ShownFinding> read(RunFolder run, Path folder) throws RefractException {
        List<ShownFinding> shown = new ArrayList<>();
        for (String analysis : FindingFiles.analyses(run)) {
            for (Finding finding : FindingFiles.read(run.findings().resolve(analysis))) {
                shown.add(of(analysis, finding, folder));
            }
        }
        return shown;
    }

    private static ShownFinding of(String analysis, Finding finding, Path folder) throws RefractException {
        return switch (finding) {
            case Finding.Table table -> new ShownFinding(analysis, table.id(), table.title(), table.explanation(), table.columns(), table.rows(), 0, List.of());
            case Finding.Pictures pictures -> new ShownFinding(analysis, pictures.id(), pictures.title(), pictures.explanation(), List.of(), List.of(),
                    pictures.columns(), copies(analysis, pictures, folder));
        };
    }

    private static List<Picture> copies(String analysis, Finding.Pictures finding, Path folder) throws RefractException {
        List<Picture> copies = new ArrayList<>();
        for (Finding.Picture picture : finding.pictures()) {
            String file = Pictures.write(picture.image(), folder, "images/findings/" + analysis + "-" + finding.id() + "-" + copies.size());
            copies.add(new Picture(picture.caption(), file, picture.image().getWidth(), picture.image().getHeight()));
        }
        return copies;
    }
}
