package org.refract.engine.train;

import org.refract.api.RefractException;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ModelInfo;
import org.refract.api.sae.Provenance;

/** Keeps dictionaries with the models they belong to. */
public final class Provenances {

    private static final int SHOWN = 19;

    private Provenances() {
    }

    /**
     * An imported dictionary whose maker did not say its model's fingerprint is let through, as nothing can be compared.
     *
     * @param what the dictionary's name in the sentence, such as its file
     * @throws RefractException if the dictionary was trained on another model
     */
    public static void requireModel(String what, Provenance provenance, ModelInfo model) throws RefractException {
        if (!provenance.modelFingerprint().isEmpty() && !provenance.modelFingerprint().equals(model.fingerprint())) {
            throw RefractException.usage("%s was trained on %s (%s), not on %s (%s): choose that model, or a dictionary of this one.", what,
                    provenance.model(), shown(provenance.modelFingerprint()), model.name(), shown(model.fingerprint()));
        }
    }

    /**
     * The hook point of an imported dictionary without a fingerprint is in its tool's words, and is let through.
     *
     * @param what the dictionary's name in the sentence, such as its file
     * @throws RefractException if the dictionary was trained at another hook point
     */
    public static void requirePoint(String what, Provenance provenance, HookPoint point) throws RefractException {
        if (!provenance.modelFingerprint().isEmpty() && !provenance.point().equals(point)) {
            throw RefractException.usage("%s was trained at %s, not at %s.", what, provenance.point(), point);
        }
    }

    private static String shown(String fingerprint) {
        return fingerprint.length() > SHOWN ? fingerprint.substring(0, SHOWN) + "…" : fingerprint;
    }
}
