package org.refract.engine.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** Vectors with a known dictionary are what their settings say. */
final class SyntheticSourceTest {

    private static final int SAMPLES = 8000;

    private static StreamOptions options(int batch) {
        return new StreamOptions(3, batch, Placement.CPU, 1);
    }

    /** Strengths of the features, (samples, features): as many features as numbers and no noise, so the directions can be inverted. */
    private static float[][] strengths(String text) throws RefractException {
        PlantedDictionary planted = PlantedDictionary.parse("width=12,features=12,noise=0," + text);
        try (Scope scope = Scope.open(Placement.CPU);
                BatchStream stream = new SyntheticSource(planted).open(options(SAMPLES), StreamPosition.START, Monitor.silent())) {
            NDArray x = stream.next(scope.manager()).input();
            float[] flat = Tensors.floats(x.matMul(planted.directions(scope.manager()).inverse()));
            float[][] strengths = new float[SAMPLES][12];
            for (int i = 0; i < flat.length; i++) {
                strengths[i / 12][i % 12] = Math.abs(flat[i]) < 0.05 ? 0 : flat[i];
            }
            return strengths;
        }
    }

    private static double share(float[][] strengths, int feature) {
        int active = 0;
        for (float[] sample : strengths) {
            active += sample[feature] != 0 ? 1 : 0;
        }
        return (double) active / strengths.length;
    }

    @Test
    void asManyFeaturesAreActiveAsWasSaidWithStrengthsInTheirRange() throws Exception {
        float[][] strengths = strengths("active=3");
        for (int f = 0; f < 12; f++) {
            assertEquals(0.25, share(strengths, f), 0.03);
        }
        for (float[] sample : strengths) {
            for (float s : sample) {
                assertTrue(s == 0 || s > 0.45 && s < 1.55, "strength " + s);
            }
        }
    }

    @Test
    void anExponentMakesFeaturesRare() throws Exception {
        float[][] strengths = strengths("active=2,exponent=1");
        assertEquals(12 * share(strengths, 11), share(strengths, 0), 0.2);
        assertEquals(2 * share(strengths, 1), share(strengths, 0), 0.06);
    }

    @Test
    void signsAreFair() throws Exception {
        int negative = 0;
        int all = 0;
        for (float[] sample : strengths("active=3,signed=true")) {
            for (float s : sample) {
                negative += s < 0 ? 1 : 0;
                all += s != 0 ? 1 : 0;
            }
        }
        assertEquals(0.5, (double) negative / all, 0.03);
    }

    @Test
    void correlatedPairsDoTheSame() throws Exception {
        int same = 0;
        for (float[] sample : strengths("active=3,correlation=1")) {
            for (int f = 0; f < 12; f += 2) {
                same += (sample[f] != 0) == (sample[f + 1] != 0) ? 1 : 0;
            }
        }
        assertEquals(6 * SAMPLES, same);
        float[][] half = strengths("active=3,correlation=0.5");
        assertEquals(0.25, share(half, 1), 0.03);
    }

    @Test
    void aChildIsActiveOnlyWithItsParent() throws Exception {
        float[][] strengths = strengths("active=3,children=2");
        double sum = 0;
        for (float[] sample : strengths) {
            for (int f = 0; f < 12; f += 3) {
                int children = (sample[f + 1] != 0 ? 1 : 0) + (sample[f + 2] != 0 ? 1 : 0);
                assertEquals(sample[f] != 0 ? 1 : 0, children);
                sum += children * 2;
            }
        }
        assertEquals(3, sum / SAMPLES, 0.2);
    }

    @Test
    void theStreamCanBeJoinedAnywhereAndDoesNotDependOnTheBatch() throws Exception {
        SyntheticSource source = new SyntheticSource(PlantedDictionary.parse("width=6,features=70000,active=5"));
        try (Scope scope = Scope.open(Placement.CPU); BatchStream stream = source.open(options(50), StreamPosition.START, Monitor.silent());
                BatchStream other = source.open(options(75), StreamPosition.START, Monitor.silent())) {
            float[] whole = new float[150 * 6];
            for (int i = 0; i < 3; i++) {
                System.arraycopy(Tensors.floats(stream.next(scope.manager()).input()), 0, whole, i * 300, 300);
            }
            float[] first = Tensors.floats(other.next(scope.manager()).input());
            assertArrayEquals(java.util.Arrays.copyOf(whole, 450), first);
            try (BatchStream resumed = source.open(options(75), other.position(), Monitor.silent())) {
                assertArrayEquals(java.util.Arrays.copyOfRange(whole, 450, 900), Tensors.floats(resumed.next(scope.manager()).input()));
            }
        }
    }

    @Test
    void theTruthItselfIsFoundWholeAndItsNegativeOnlyWhereSignsDoNotCount() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            PlantedDictionary planted = PlantedDictionary.parse("width=16,features=24");
            NDArray truth = planted.directions(scope.manager());
            assertEquals(1, planted.recovered(truth.mul(3)), 1e-5);
            assertTrue(planted.recovered(truth.neg()) < 0.9);
            PlantedDictionary signed = PlantedDictionary.parse("width=16,features=24,signed=true");
            assertEquals(1, signed.recovered(truth.neg()), 1e-5);
            assertEquals(0, PlantedDictionary.antipodal(truth, 0.9), 1e-9);
            assertEquals(1, PlantedDictionary.antipodal(truth.concat(truth.neg()), 0.9), 1e-9);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"width=0", "features=8,active=9", "active=0", "noise=-1", "correlation=2", "children=3,features=7", "children=1,correlation=0.5",
        "sparsity=2", "width", "width=100000,features=100000"})
    void whatCannotBeIsRefused(String text) {
        assertThrows(RefractException.class, () -> PlantedDictionary.parse(text));
    }
}
