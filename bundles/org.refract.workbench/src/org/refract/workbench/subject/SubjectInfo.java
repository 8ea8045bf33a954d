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
 * @param steps        denoising steps that it draws with if nobody chooses
 * @param guidance     guidance scale that it draws with if nobody chooses
 * @param prompt       a prompt to begin with
 * @param dictionaries the hook points that have a dictionary, in the order of the forward pass
 */
public record SubjectInfo(Path location, Optional<Path> run, Path model, String name, Placement placement, int steps, double guidance, String prompt,
        List<DictionaryInfo> dictionaries) {

    public SubjectInfo {
        dictionaries = List.copyOf(dictionaries);
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
