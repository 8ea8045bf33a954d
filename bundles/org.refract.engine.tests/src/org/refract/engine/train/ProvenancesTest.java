package org.refract.engine.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Site;
import org.refract.api.sae.Provenance;

class ProvenancesTest {

    private static final HookPoint POINT = new HookPoint("unet.mid_block.attentions.0", Site.UPDATE);
    private static final Provenance PROVENANCE = new Provenance("turbo", "sha256:0123456789abcdef0123", POINT, Map.of());

    private static ModelInfo model(String name, String fingerprint) {
        return new ModelInfo(name, "sdxl", 0, fingerprint, Map.of());
    }

    @Test
    void aDictionaryOfAnotherModelIsRefusedByBothNames() throws Exception {
        Provenances.requireModel("d", PROVENANCE, model("renamed", "sha256:0123456789abcdef0123"));
        RefractException e = assertThrows(RefractException.class,
                () -> Provenances.requireModel("runs/a/saes/mid", PROVENANCE, model("base", "sha256:ffff")));
        assertEquals("runs/a/saes/mid was trained on turbo (sha256:0123456789ab…), not on base (sha256:ffff): choose that model, or a dictionary"
                + " of this one.", e.getMessage());
        assertEquals(2, e.exitCode());
    }

    @Test
    void anImportedDictionaryThatDoesNotSayItsModelIsLetThrough() throws Exception {
        Provenance imported = new Provenance("gpt2", "", new HookPoint("blocks.8.hook_resid_pre", Site.OUTPUT), Map.of());
        Provenances.requireModel("d", imported, model("base", "sha256:ffff"));
        Provenances.requirePoint("d", imported, POINT);
    }

    @Test
    void aDictionaryOfAnotherHookPointIsRefused() throws Exception {
        Provenances.requirePoint("d", PROVENANCE, POINT);
        assertThrows(RefractException.class, () -> Provenances.requirePoint("d", PROVENANCE, new HookPoint(POINT.path(), Site.INPUT)));
    }
}
