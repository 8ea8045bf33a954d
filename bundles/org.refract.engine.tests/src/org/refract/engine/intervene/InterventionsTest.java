package org.refract.engine.intervene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Guidance;
import org.refract.api.analysis.Intervention.Mask;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

class InterventionsTest {
    private static final HookPoint POINT = new HookPoint("unet.mid_block.attentions.0", Site.UPDATE);
    private static final int WIDTH = 6;
    private static final int ROWS = 2;
    private static final int COLUMNS = 3;
    private static final int LATENTS = 12;
    private static final int K = 4;
    private static final Pass PLAIN = new Pass(0, 4, 999, 2, false);
    private static final Pass GUIDED = new Pass(0, 4, 999, 2, true);

    private final Scope scope = Scope.open(Placement.CPU);
    private final PlainSae sae = new PlainSae(scope.manager(), WIDTH, LATENTS, K, 3);
    private Dictionary dictionary;
    private int active;

    @BeforeEach
    void describeFeatures() {
        List<Feature> features = new ArrayList<>();
        for (int f = 0; f < LATENTS - 1; f++) {
            features.add(new Feature(f, 0.25, 0.5 + f, 2, 1, Optional.empty()));
        }
        features.add(new Feature(LATENTS - 1, 0, 0, 0, 0, Optional.empty()));
        dictionary = new Dictionary(POINT, sae, features);
        active = 0;
        double[] z = sae.activations(vector(values(4), 0, 0));
        for (int f = 0; f < LATENTS; f++) {
            active = z[f] > z[active] ? f : active;
        }
    }

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void addPaintsTheMeanActivationTimesStrengthUnderTheMask() throws Exception {
        Mask mask = new Mask(ROWS, COLUMNS, new float[] {0, 0.5f, 1, 0, 0, 0.25f});
        Intervention paint = change(2, Mode.ADD, 3).within(mask);
        check(PLAIN, List.of(paint), (row, p, x, z) -> plus(x, 2, mask.weights()[p] * 3 * 2.5));
    }

    @Test
    void scaleMultipliesTheFeaturesOwnMap() throws Exception {
        check(PLAIN, List.of(change(active, Mode.SCALE, 4)), (row, p, x, z) -> plus(x, active, 3 * z[active]));
    }

    @Test
    void offRemovesExactlyWhatTheFeatureWrites() throws Exception {
        check(PLAIN, List.of(change(active, Mode.SCALE, 0)), (row, p, x, z) -> plus(x, active, -z[active]));
    }

    @Test
    void replaceLeavesTheFeatureAlone() throws Exception {
        check(PLAIN, List.of(change(1, Mode.REPLACE, 0.5)), (row, p, x, z) -> plus(new float[WIDTH], 1, 0.5 * 1.5 * K));
    }

    @ParameterizedTest
    @EnumSource(Guidance.class)
    void aGuidedBatchIsChangedInTheHalvesThatWereNamed(Guidance guidance) throws Exception {
        for (Mode mode : Mode.values()) {
            Intervention change = new Intervention(new FeatureId(POINT, active), mode, 2, Optional.empty(), 0, 9, guidance);
            double mean = 0.5 + active;
            check(GUIDED, List.of(change), (row, p, x, z) -> {
                double sign = row >= 2 || guidance == Guidance.ALL ? 1 : guidance == Guidance.BOTH ? -1 : 0;
                return switch (mode) {
                    case ADD -> plus(x, active, sign * 2 * mean);
                    case SCALE -> plus(x, active, sign * z[active]);
                    case REPLACE -> sign == 0 ? x : plus(new float[WIDTH], active, sign * 2 * mean * K);
                };
            });
        }
    }

    @Test
    void severalChangesAtOnePointAreMadeTogetherFromTheValueAsItCame() throws Exception {
        List<Intervention> changes = List.of(change(active, Mode.SCALE, 0), change(2, Mode.ADD, 1), change(active, Mode.SCALE, 3));
        assertEquals(1, Interventions.hooks(changes, List.of(dictionary)).size());
        check(PLAIN, changes, (row, p, x, z) -> plus(plus(x, active, z[active]), 2, 2.5));
    }

    @Test
    void outsideItsStepsAHookHandsTheValueBackUntouched() throws Exception {
        Hook hook = Interventions.hooks(List.of(change(2, Mode.ADD, 1).during(1, 2)), List.of(dictionary)).getFirst();
        NDArray value = value(values(2), 2);
        assertSame(value, hook.apply(new Pass(0, 4, 999, 2, false), value));
        assertSame(value, hook.apply(new Pass(3, 4, 249, 2, false), value));
        for (int step = 1; step <= 2; step++) {
            assertTrue(Tensors.floats(hook.apply(new Pass(step, 4, 749, 2, false), value))[0] != Tensors.floats(value)[0]);
        }
    }

    @Test
    void aMaskOfAnySizeIsAveragedDownToTheMap() {
        Random random = new Random(5);
        for (int[] size : new int[][] {{4, 9}, {7, 5}, {1, 1}, {2, 3}, {64, 64}}) {
            float[] weights = new float[size[0] * size[1]];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = random.nextFloat();
            }
            float[] map = MapMask.over(new Mask(size[0], size[1], weights), ROWS, COLUMNS);
            int fine = 1260;
            for (int cell = 0; cell < map.length; cell++) {
                double sum = 0;
                for (int y = 0; y < fine; y += 7) {
                    for (int x = 0; x < fine; x += 7) {
                        double v = (cell / COLUMNS + (y + 3.5) / fine) / ROWS;
                        double u = (cell % COLUMNS + (x + 3.5) / fine) / COLUMNS;
                        sum += weights[(int) (v * size[0]) * size[1] + (int) (u * size[1])];
                    }
                }
                assertEquals(sum / (fine / 7 * (fine / 7)), map[cell], 5e-3);
            }
        }
        assertArrayEquals(new float[] {0.5f, 0, 0.25f, 1},
                MapMask.over(new Mask(4, 4, new float[] {1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1}), 2, 2));
    }

    @Test
    void aHalfPrecisionValueKeepsItsType() throws Exception {
        for (TorchType type : List.of(TorchType.BFLOAT16, TorchType.FLOAT16)) {
            NDArray value = DTypes.cast(value(values(2), 2), type);
            Hook hook = Interventions.hooks(List.of(change(active, Mode.SCALE, 2)), List.of(dictionary)).getFirst();
            assertEquals(type, DTypes.of(hook.apply(PLAIN, value)));
        }
    }

    @Test
    void everyRowOfABatchDrawsAFeatureOfItsOwn() {
        FeatureRows hook = new FeatureRows(POINT, sae, new int[] {5, 7}, new double[] {2, -1});
        float[] written = Tensors.floats(hook.apply(GUIDED, value(values(4), 4)));
        for (int p = 0; p < ROWS * COLUMNS; p++) {
            assertArrayEquals(plus(new float[WIDTH], 5, -2), vector(written, 0, p), 1e-6f);
            assertArrayEquals(plus(new float[WIDTH], 7, 1), vector(written, 1, p), 1e-6f);
            assertArrayEquals(plus(new float[WIDTH], 5, 2), vector(written, 2, p), 1e-6f);
            assertArrayEquals(plus(new float[WIDTH], 7, -1), vector(written, 3, p), 1e-6f);
        }
    }

    @Test
    void readingSeesTheConditionalRowsAndChangesNothing() {
        CodesHook reader = new CodesHook(POINT, sae);
        NDArray value = value(values(4), 4);
        assertSame(value, reader.apply(GUIDED, value));
        StepCodes codes = reader.passes().getFirst();
        assertEquals(2, codes.examples());
        for (int example = 0; example < 2; example++) {
            double[] mean = new double[LATENTS];
            for (int p = 0; p < ROWS * COLUMNS; p++) {
                double[] z = sae.activations(vector(values(4), example + 2, p));
                for (int f = 0; f < LATENTS; f++) {
                    mean[f] += z[f] / (ROWS * COLUMNS);
                    assertEquals(z[f], codes.map(example, f)[p], 1e-5);
                }
            }
            ActiveFeature strongest = codes.strongest(example, 3).getFirst();
            for (double other : mean) {
                assertTrue(strongest.mean() >= other - 1e-5);
            }
            assertEquals(mean[strongest.latent()], strongest.mean(), 1e-5);
        }
    }

    @Test
    void changesThatMakeNoSenseAreRefused() {
        refused("never active", change(LATENTS - 1, Mode.ADD, 1));
        refused("0 to 11", change(LATENTS, Mode.SCALE, 1));
        refused("must be a number", change(0, Mode.SCALE, Double.NaN));
        refused("count from 0", change(0, Mode.SCALE, 1).during(2, 1));
        refused("There is no dictionary for unet.conv_in:update",
                Intervention.everywhere(new FeatureId(new HookPoint("unet.conv_in", Site.UPDATE), 0), Mode.ADD, 1));
    }

    private void refused(String words, Intervention change) {
        String sentence = assertThrows(RefractException.class, () -> Interventions.hooks(List.of(change), List.of(dictionary))).getMessage();
        assertTrue(sentence.contains(words), sentence);
    }

    private interface Formula {
        float[] at(int row, int position, float[] x, double[] z);
    }

    private void check(Pass pass, List<Intervention> changes, Formula formula) throws RefractException {
        int rows = pass.guided() ? 2 * pass.examples() : pass.examples();
        float[] before = values(rows);
        Hook hook = Interventions.hooks(changes, List.of(dictionary)).getFirst();
        assertEquals(POINT, hook.point());
        NDArray value = value(before, rows);
        NDArray changed = hook.apply(pass, value);
        assertEquals(value.getShape(), changed.getShape());
        float[] after = Tensors.floats(changed);
        for (int row = 0; row < rows; row++) {
            for (int p = 0; p < ROWS * COLUMNS; p++) {
                float[] x = vector(before, row, p);
                assertArrayEquals(formula.at(row, p, x, sae.activations(x)), vector(after, row, p), 1e-4f);
            }
        }
    }

    private float[] plus(float[] x, int latent, double weight) {
        float[] sum = x.clone();
        for (int c = 0; c < WIDTH; c++) {
            sum[c] += (float) (weight * sae.direction(latent)[c]);
        }
        return sum;
    }

    private static float[] vector(float[] values, int row, int position) {
        float[] x = new float[WIDTH];
        for (int c = 0; c < WIDTH; c++) {
            x[c] = values[(row * WIDTH + c) * ROWS * COLUMNS + position];
        }
        return x;
    }

    private static float[] values(int rows) {
        Random random = new Random(11);
        float[] values = new float[rows * WIDTH * ROWS * COLUMNS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private NDArray value(float[] values, int rows) {
        return Tensors.of(scope.manager(), values, rows, WIDTH, ROWS, COLUMNS);
    }

    private static Intervention change(int latent, Mode mode, double strength) {
        return Intervention.everywhere(new FeatureId(POINT, latent), mode, strength);
    }
}
