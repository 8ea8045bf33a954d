package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Layout;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.store.Harvest;
import org.refract.engine.store.Recording;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** Every hook point of whole models, text encoders, U-Net and VAE. */
class HooksEverywhereTest {

    private static final KernelLibrary CHANGES = KernelLibrary.ofText("changes", """
            def weaker(x: Tensor) -> Tensor:
              return x * 0.5 - 0.01

            def first_token(x: Tensor) -> Tensor:
              y = torch.zeros_like(x)
              _ = torch.fill_(torch.select(y, -1, 0), 1.)
              return y
            """);

    static Stream<Path> models() throws Exception {
        return Stream.of(ReferenceSet.base(), ReferenceSet.refiner());
    }

    private static ImageModel open(Path folder) throws Exception {
        return (ImageModel) new SdxlBackend().open(folder, Placement.CPU, Monitor.silent());
    }

    /** Points that a text-to-image run passes. */
    private static List<HookPointInfo> passed(ImageModel model) {
        return model.hookPoints().stream().filter(p -> !p.path().startsWith("vae.encoder") && !p.path().equals("vae.quant_conv")).toList();
    }

    private record Outcome(float[] latents, float[] images) {
        private void assertSame(Outcome other, String what) {
            assertArrayEquals(latents, other.latents, what);
            assertArrayEquals(images, other.images, what);
        }

        private boolean differsFrom(Outcome other) {
            return !Arrays.equals(latents, other.latents) || !Arrays.equals(images, other.images);
        }
    }

    private static Outcome run(ImageModel model, ImageRequest request, List<Hook> hooks) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); ImageBatch batch = model.generate(request, hooks, Monitor.silent(), scope.manager())) {
            return new Outcome(Tensors.floats(batch.latents()), batch.images().map(Tensors::floats).orElse(new float[0]));
        }
    }

    /** Guided and decoded. */
    private static ImageRequest whole(int steps) {
        return ImageRequest.of(steps, 3, 32, 32).withPrompt("a red cube", 7).withNegativePrompts(List.of("blue"));
    }

    /** As little as passes a point. */
    private static ImageRequest least(boolean decoded) {
        return whole(1).withGuidance(1).withDecode(decoded);
    }

    @Test
    void attentionProbabilitiesHaveNoChannelsToRecord(@TempDir Path run) throws Exception {
        try (ImageModel model = open(ReferenceSet.base())) {
            HookPoint probs = new HookPoint("unet.mid_block.attentions.0.transformer_blocks.0.attn2.probs", Site.OUTPUT);
            Harvest harvest = new Harvest(run, Harvest.Plan.of(whole(1), List.of(probs), List.of(new Recording(0, "a red cube", 7)), 1));
            String message = assertThrows(RefractException.class, () -> harvest.run(model, Monitor.silent())).getMessage();
            assertTrue(message.contains("attn2:output"), message);
        }
    }

    private static List<HookPoint> sites(HookPointInfo point) {
        return Stream.of(Site.values()).filter(s -> s != Site.UPDATE || point.update()).map(s -> new HookPoint(point.path(), s)).toList();
    }

    @ParameterizedTest
    @MethodSource("models")
    void hooksAtEveryPointAtOnceChangeNotOneBitAndEachIsHeard(Path folder) throws Exception {
        try (ImageModel model = open(folder)) {
            Outcome plain = run(model, whole(2), List.of());
            Map<HookPoint, Integer> heard = new HashMap<>();
            List<HookPoint> points = passed(model).stream().flatMap(p -> sites(p).stream()).toList();
            List<Hook> hooks = new ArrayList<>();
            for (int twice = 0; twice < 2; twice++) {
                points.forEach(p -> hooks.add(Hooks.of(p, (pass, value) -> {
                    heard.merge(p, 1, Integer::sum);
                    return value;
                })));
            }
            plain.assertSame(run(model, whole(2), hooks), "all at once");
            assertEquals(Set.of(), points.stream().filter(p -> !heard.containsKey(p)).collect(Collectors.toSet()));
            assertTrue(heard.values().stream().allMatch(n -> n % 2 == 0));
        }
    }

    @Test
    void aHookAtOnePointAloneChangesNotOneBit() throws Exception {
        try (ImageModel model = open(ReferenceSet.base())) {
            for (boolean decoder : List.of(false, true)) {
                ImageRequest request = least(decoder);
                Outcome plain = run(model, request, List.of());
                for (HookPointInfo info : passed(model).stream().filter(p -> p.path().startsWith("vae.") == decoder).toList()) {
                    plain.assertSame(run(model, request, sites(info).stream().map(p -> Hooks.of(p, (pass, value) -> value)).toList()), info.path());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aReplacedValueReachesThePictureFromEveryPoint(Path folder) throws Exception {
        try (ImageModel model = open(folder)) {
            int side = folder.equals(ReferenceSet.base()) ? 40 : 72; // the least odd one at which the mid block attends to several positions
            Map<Boolean, ImageRequest> request = Map.of(true, least(true), false, least(false).withSize(side, side));
            Map<Boolean, Outcome> plain = Map.of(true, run(model, request.get(true), List.of()), false, run(model, request.get(false), List.of()));
            Set<String> unheard = new HashSet<>();
            for (HookPointInfo info : passed(model)) {
                Site site = info.update() ? Site.UPDATE : Site.OUTPUT;
                Hook weaker = Hooks.of(new HookPoint(info.path(), site), (pass, value) -> CHANGES.call(value.getManager(), "weaker", value));
                boolean decoder = info.path().startsWith("vae.");
                if (!run(model, request.get(decoder), List.of(weaker)).differsFrom(plain.get(decoder))) {
                    unheard.add(info.path());
                }
            }
            assertEquals(Set.of(), unheard.stream().filter(p -> !isUnused(model, p)).collect(Collectors.toSet()));
        }
    }

    /** SDXL reads the first encoder's last layer but one and nothing of what comes after it. */
    private static boolean isUnused(ImageModel model, String path) {
        String layers = "text_encoder.text_model.encoder.layers.";
        int last = model.hookPoints().stream().map(HookPointInfo::path).filter(p -> p.startsWith(layers))
                .mapToInt(p -> Integer.parseInt(p.substring(layers.length()).split("\\.")[0])).max().orElse(-1);
        return Set.of("text_encoder.text_model.final_layer_norm", "text_encoder.text_model.encoder").contains(path) || path.equals(layers + last) || path.startsWith(layers + last + ".");
    }

    @ParameterizedTest
    @MethodSource("models")
    void attentionProbabilitiesSumToOneOverTheTokensAndTextAttendsBackwards(Path folder) throws Exception {
        try (ImageModel model = open(folder)) {
            Map<String, float[]> seen = new HashMap<>();
            Map<String, long[]> shapes = new HashMap<>();
            List<HookPointInfo> points = passed(model).stream().filter(p -> p.layout() == Layout.ATTENTION).toList();
            run(model, whole(1), points.stream().map(p -> Hooks.of(new HookPoint(p.path(), Site.OUTPUT), (pass, value) -> {
                seen.put(p.path(), Tensors.floats(value));
                shapes.put(p.path(), value.getShape().getShape());
                return value;
            })).toList());
            assertTrue(points.stream().anyMatch(p -> p.path().startsWith("vae.")) && points.stream().anyMatch(p -> p.path().startsWith("text_")));
            for (HookPointInfo point : points) {
                long[] shape = shapes.get(point.path());
                assertEquals(point.width(), shape[1], point.path());
                float[] probs = seen.get(point.path());
                int tokens = (int) shape[3];
                for (int row = 0; row < probs.length / tokens; row++) {
                    double sum = 0;
                    for (int t = 0; t < tokens; t++) {
                        sum += probs[row * tokens + t];
                        assertFalse(point.path().startsWith("text_") && t > row % shape[2] && probs[row * tokens + t] != 0, point.path());
                    }
                    assertEquals(1, sum, 1e-5, point.path());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void probabilitiesPutBackAsTheyWereAgreeWithTheFusedAttention(Path folder) throws Exception {
        try (ImageModel model = open(folder)) {
            Outcome plain = run(model, whole(1), List.of());
            BiFunction<Pass, NDArray, NDArray> copy = (pass, value) -> value.duplicate();
            for (Site site : List.of(Site.INPUT, Site.OUTPUT)) {
                Outcome explicit = run(model, whole(1), passed(model).stream().filter(p -> p.layout() == Layout.ATTENTION)
                        .map(p -> Hooks.of(new HookPoint(p.path(), site), copy)).toList());
                assertArrayEquals(plain.latents, explicit.latents, 2e-4f);
                assertArrayEquals(plain.images, explicit.images, 2e-4f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void lookingAtOneTokenAloneMakesAnAttentionReturnItsValue(Path folder) throws Exception {
        try (ImageModel model = open(folder)) {
            String attention = passed(model).stream().map(HookPointInfo::path).filter(p -> p.startsWith("unet.") && p.endsWith(".attn2")).findFirst().orElseThrow();
            List<float[]> values = new ArrayList<>();
            List<float[]> attended = new ArrayList<>();
            List<Integer> width = new ArrayList<>();
            run(model, whole(1), List.of(
                    Hooks.of(new HookPoint(attention + ".to_v", Site.OUTPUT), (pass, value) -> {
                        values.add(Tensors.floats(value.get(0)));
                        width.add((int) value.getShape().get(2));
                        return value;
                    }),
                    Hooks.of(new HookPoint(attention + ".probs", Site.OUTPUT), (pass, value) -> CHANGES.call(value.getManager(), "first_token", value)),
                    Hooks.of(new HookPoint(attention + ".to_out.0", Site.INPUT), (pass, value) -> {
                        attended.add(Tensors.floats(value.get(0)));
                        return value;
                    })));
            int w = width.getFirst();
            for (int i = 0; i < attended.getFirst().length; i++) {
                assertEquals(values.getFirst()[i % w], attended.getFirst()[i], 1e-6);
            }
        }
    }
}
