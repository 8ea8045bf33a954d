package org.refract.model.sdxl.vae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
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
import org.refract.model.sdxl.block.Blocks;
import org.refract.model.sdxl.weights.Spellings;
import org.refract.nn.ConfigFile;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;
import org.refract.nn.weights.Checkpoint;

class VaeTest {

    private static final Pass PASS = new Pass(0, 1, 0, 1, false);

    static Stream<String> sets() throws Exception {
        return ReferenceSet.named("vae").stream();
    }

    @ParameterizedTest
    @MethodSource("sets")
    void encodesAndDecodesAsDiffusers(String set) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors(set + ".safetensors")) {
            Vae vae = load(scope);
            Forward run = run(List.of(), scope);
            NDArray moments = vae.encode(run, ReferenceSet.read(golden, "in.image", scope.manager()));
            ReferenceSet.assertNear(golden, "moments.parameters", moments, ReferenceSet.FORWARD);
            NDArray z = ReferenceSet.read(golden, "in.z", scope.manager());
            ReferenceSet.assertNear(golden, "decode_z", vae.decodeUnscaled(run, z), ReferenceSet.FORWARD);
            ReferenceSet.assertNear(golden, "decode_scaled", vae.decode(run, z), ReferenceSet.FORWARD);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void everyModuleOfTheTraceCanBeRead(String set) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors(set + ".safetensors")) {
            Vae vae = load(scope);
            Map<String, float[]> seen = new HashMap<>();
            List<Hook> hooks = new ArrayList<>();
            List<String> names = golden.names().stream().filter(n -> n.startsWith("out.")).toList();
            for (String name : names) {
                hooks.add(Hooks.reader(new HookPoint("vae." + name.substring("out.".length()), Site.OUTPUT), v -> seen.put(name, v)));
            }
            vae.encode(run(hooks, scope), ReferenceSet.read(golden, "in.image", scope.manager()));
            vae.decode(run(hooks, scope), ReferenceSet.read(golden, "in.z", scope.manager()));
            assertEquals(names.size(), seen.size());
            for (String name : names) {
                ReferenceSet.assertNear(name, golden.floats(name), seen.get(name), ReferenceSet.FORWARD);
            }
        }
    }

    @Test
    void hooksThatChangeNothingChangeNotOneBit() throws Exception {
        String set = ReferenceSet.named("vae").getFirst();
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors(set + ".safetensors")) {
            Vae vae = load(scope);
            List<Hook> everywhere = new ArrayList<>();
            vae.modules().filter(m -> m.isHookable()).forEach(m -> {
                for (Site site : Site.values()) {
                    if (site != Site.UPDATE || m.hookPoint("").update()) {
                        everywhere.add(Hooks.of(new HookPoint(m.path(), site), (pass, value) -> value));
                    }
                }
            });
            NDArray z = ReferenceSet.read(golden, "in.z", scope.manager());
            assertArrayEquals(Tensors.floats(vae.decode(run(List.of(), scope), z)), Tensors.floats(vae.decode(run(everywhere, scope), z)));
            NDArray image = ReferenceSet.read(golden, "in.image", scope.manager());
            assertArrayEquals(Tensors.floats(vae.encode(run(List.of(), scope), image)), Tensors.floats(vae.encode(run(everywhere, scope), image)));
        }
    }

    @Test
    void latentsWithMeanAndDeviationAreBroughtBack() throws Exception {
        Path file = ReferenceSet.base().resolve("vae/config.json");
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), new float[] {1, 2}, 1, 2, 1, 1);
            NDArray back = run(List.of(), scope).call(Blocks.KERNELS, "unstandardised", x, new double[] {10, 20}, new double[] {3, 5}, 0.5);
            assertArrayEquals(new float[] {1 * 3 / 0.5f + 10, 2 * 5 / 0.5f + 20}, Tensors.floats(back));
        }
        assertEquals(0, VaeConfig.read(ConfigFile.read(file)).latentsMean().size());
    }

    private static Forward run(List<Hook> hooks, Scope scope) {
        return new Forward(new HookTable(hooks), PASS, scope.manager());
    }

    static Vae load(Scope scope) throws Exception {
        Path folder = ReferenceSet.base().resolve("vae");
        Vae vae = new Vae("vae", VaeConfig.read(ConfigFile.read(folder.resolve("config.json"))));
        try (Checkpoint weights = Checkpoint.open(folder)) {
            weights.fill(vae, Spellings.VAE, scope);
        }
        return vae;
    }
}
