package org.refract.workbench.subject;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;

/**
 * An opened subject, for people.
 *
 * @param location     the run or model folder that was opened
 * @param run          the run folder, empty if a model was opened without a run
 * @param model        the model's folder
 * @param name         the model's name
 * @param placement    where it computes
 * @param begins       what to draw first, with the steps and the guidance that the run was recorded with, or else the model's usual ones
 * @param recorded     whether the run says with which steps and guidance it was recorded
 * @param shape        the options of {@code refract generate} that say what else the run was recorded with, where it is not the model's usual
 * @param dictionaries the hook points that have a dictionary, in the order of the forward pass
 * @param warnings     what is missing or unknown, one sentence each
 */
public record SubjectInfo(Path location, Optional<Path> run, Path model, String name, Placement placement, DrawRequest begins, boolean recorded,
        List<String> shape, List<DictionaryInfo> dictionaries, List<String> warnings) {

    public SubjectInfo {
        shape = List.copyOf(shape);
        dictionaries = List.copyOf(dictionaries);
        warnings = List.copyOf(warnings);
    }

    /** How a run or a model is called: its folder. */
    public String title() {
        return location.getFileName() == null ? location.toString() : location.getFileName().toString();
    }

    /**
     * One dictionary.
     *
     * @param point   where it was trained
     * @param role    what the literature says this place does, empty where it says nothing
     * @param latents how many features it has
     */
    public record DictionaryInfo(HookPoint point, String role, int latents) {
    }
}
