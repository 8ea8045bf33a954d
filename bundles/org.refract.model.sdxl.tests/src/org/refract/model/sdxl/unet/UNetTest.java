package org.refract.model.sdxl.unet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.Hooks;
import org.refract.model.sdxl.ReferenceSet;
import org.refract.model.sdxl.block.Context;
import org.refract.nn.ConfigFile;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;
import org.refract.nn.weights.Checkpoint;
import org.refract.nn.weights.Spelling;

class UNetTest {

    private static final Pass PASS = new Pass(0, 1, 999, 1, false);

    static Stream<String> forwards() throws Exception {
        return Stream.concat(ReferenceSet.named("unet_forward").stream(), ReferenceSet.named("refiner_unet_forward").stream());
    }

    @ParameterizedTest
    @MethodSource("forwards")
    void predictsWhatDiffusersPredicts(String set) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors(set + ".safetensors")) {
            NDArray out = run(load(set, scope), golden, scope, List.of());
            ReferenceSet.assertNear(golden, "out.sample", out, ReferenceSet.FORWARD);
        }
    }

    @ParameterizedTest
    @MethodSource("forwards")
    void everyModuleOfTheTraceCanBeRead(String set) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors(set + ".safetensors")) {
            UNet unet = load(set, scope);
            Map<String, float[]> seen = new HashMap<>();
            List<Hook> hooks = new ArrayList<>();
            for (String name : golden.names()) {
                if (name.startsWith("out.") && !name.equals("out.sample")) {
                    hooks.add(Hooks.reader(new HookPoint("unet." + name.substring("out.".length()), Site.OUTPUT), v -> seen.put(name, v)));
                } else if (name.startsWith("hook.")) {
                    int dot = name.lastIndexOf('.');
                    HookPoint point = HookPoint.parse("unet." + name.substring("hook.".length(), dot) + ":" + name.substring(dot + 1));
                    hooks.add(Hooks.reader(point, v -> seen.put(name, v)));
                } else if (name.startsWith("res.")) {
                    hooks.add(Hooks.reader(new HookPoint(skip(unet, name), Site.OUTPUT), v -> seen.put(name, v)));
                }
            }
            run(unet, golden, scope, hooks);
            for (Hook hook : hooks) {
                assertTrue(unet.modules().anyMatch(m -> m.path().equals(hook.point().path())), hook.point().path());
            }
            assertEquals(hooks.size(), seen.size());
            for (String name : seen.keySet()) {
                ReferenceSet.assertNear(name, golden.floats(name), seen.get(name), ReferenceSet.FORWARD);
            }
        }
    }

    @Test
    void hooksThatChangeNothingChangeNotOneBit() throws Exception {
        String set = ReferenceSet.named("unet_forward").getFirst();
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors(set + ".safetensors")) {
            UNet unet = load(set, scope);
            float[] plain = Tensors.floats(run(unet, golden, scope, List.of()));
            assertArrayEquals(plain, Tensors.floats(run(unet, golden, scope, everywhere(unet))));
        }
    }

    @Test
    void aReplacedUpdateIsAddedToTheInput() throws Exception {
        String set = ReferenceSet.named("unet_forward").getFirst();
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors(set + ".safetensors")) {
            UNet unet = load(set, scope);
            for (String path : unet.modules().filter(m -> m.kind().equals("Transformer2DModel")).map(m -> m.path()).toList()) {
                List<float[]> seen = new ArrayList<>();
                run(unet, golden, scope, List.of(
                        Hooks.reader(new HookPoint(path, Site.INPUT), seen::add),
                        Hooks.of(new HookPoint(path, Site.UPDATE), (pass, value) -> value.mul(0)),
                        Hooks.reader(new HookPoint(path, Site.OUTPUT), seen::add)));
                assertArrayEquals(seen.get(0), seen.get(1), path);
            }
        }
    }

    @Test
    void freesWhatItMadeWithItsWeightsThere() throws Exception {
        String set = ReferenceSet.named("unet_forward").getFirst();
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors(set + ".safetensors")) {
            UNet unet = load(set, scope);
            Inputs inputs = Inputs.of(golden, scope);
            inputs.run(unet, scope, List.of()).close();
            int before = scope.liveTensors();
            inputs.run(unet, scope, List.of()).close();
            assertEquals(before, scope.liveTensors());
        }
    }

    /** A hook that changes nothing at every site of every module. */
    private static List<Hook> everywhere(UNet unet) {
        List<Hook> everywhere = new ArrayList<>();
        unet.modules().forEach(m -> {
            for (Site site : Site.values()) {
                if (site != Site.UPDATE || m.hookPoint("").update()) {
                    everywhere.add(Hooks.of(new HookPoint(m.path(), site), (pass, value) -> value));
                }
            }
        });
        return everywhere;
    }

    /** Where the skip connection {@code res.down_blocks.B.I} leaves: the attention or else the residual block I, or the down sampler. */
    private static String skip(UNet unet, String name) {
        int dot = name.lastIndexOf('.');
        String block = "unet." + name.substring("res.".length(), dot) + ".";
        String number = name.substring(dot + 1);
        return Stream.of("attentions." + number, "resnets." + number, "downsamplers.0").map(block::concat)
                .filter(path -> unet.modules().anyMatch(m -> m.path().equals(path))).findFirst().orElseThrow();
    }

    private static UNet load(String set, Scope scope) throws Exception {
        var folder = (set.startsWith("refiner") ? ReferenceSet.refiner() : ReferenceSet.base()).resolve("unet");
        UNet unet = new UNet("unet", UNetConfig.read(ConfigFile.read(folder.resolve("config.json"))));
        try (Checkpoint weights = Checkpoint.open(folder)) {
            weights.fill(unet, Spelling.OWN, scope);
        }
        return unet;
    }

    private static NDArray run(UNet unet, SafeTensors golden, Scope scope, List<Hook> hooks) throws Exception {
        return Inputs.of(golden, scope).run(unet, scope, hooks);
    }

    private record Inputs(NDArray sample, NDArray timestep, UNet.Conditioning conditioning) {

        private static Inputs of(SafeTensors golden, Scope scope) throws Exception {
            NDManager owner = scope.manager();
            NDArray sample = ReferenceSet.read(golden, "in.sample", owner);
            return new Inputs(sample, ReferenceSet.read(golden, "in.timestep", owner).broadcast(sample.getShape().get(0)),
                    new UNet.Conditioning(Context.once(ReferenceSet.read(golden, "in.encoder_hidden_states", owner)),
                            ReferenceSet.read(golden, "in.text_embeds", owner), ReferenceSet.read(golden, "in.time_ids", owner)));
        }

        private NDArray run(UNet unet, Scope scope, List<Hook> hooks) {
            return unet.forward(new Forward(new HookTable(hooks), PASS, scope.manager()), sample, timestep, conditioning);
        }
    }
}
