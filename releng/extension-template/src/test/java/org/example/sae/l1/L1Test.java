package org.example.sae.l1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.sae.SaeVariant;
import org.refract.tck.VariantCheck;

/** Runs inside Felix, in the bundle that it tests. */
class L1Test {

    private final L1Variant variant = new L1Variant();

    @Test
    void isASaeVariantOfTheRunningRefract() throws Exception {
        BundleContext context = FrameworkUtil.getBundle(L1Variant.class).getBundleContext();
        assertTrue(context.getServiceReferences(SaeVariant.class, null).stream().map(context::getService)
                .anyMatch(service -> service.id().equals("example-l1")));
    }

    @Test
    void itsGradientsAreTheFormulasSlopes() throws Exception {
        assertEquals(List.of(), VariantCheck.slopes(variant, Map.of("l1_coef", "0.3")));
    }

    @Test
    void itFindsPlantedDirections() throws Exception {
        Map<String, Double> metrics = VariantCheck.learnt(variant, Map.of("lr", "0.01"), 200);
        assertTrue(metrics.get("explained_variance") > 0.8, metrics::toString);
        assertTrue(metrics.get("mse") < metrics.get("first.mse") / 2, metrics::toString);
    }

    @Test
    void aResumedTrainingEndsWithTheSameBits() throws Exception {
        assertEquals(List.of(), VariantCheck.resumed(variant, VariantCheck.SHARED_PARTS));
    }

    @Test
    void refusesWhatItCannotUse() throws Exception {
        assertEquals(List.of(), VariantCheck.accepted(variant, Map.of()));
    }
}
