package org.refract.model.sdxl.clip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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
import org.refract.model.sdxl.weights.Spellings;
import org.refract.nn.ConfigFile;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;
import org.refract.nn.weights.Checkpoint;

class TextEncoderTest {

    private static final Pass PASS = new Pass(0, 1, 0, 1, false);
    private static final Map<String, String> PARTS = Map.of("te1", "text_encoder", "te2", "text_encoder_2");

    @Test
    void everyStoredStateEqualsTheReference() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors("text.safetensors")) {
            for (var part : PARTS.entrySet()) {
                TextEncoder encoder = load(part.getValue(), scope);
                for (String prefix : prefixes(golden, part.getKey())) {
                    check(encoder, golden, prefix, scope);
                }
            }
        }
    }

    private static void check(TextEncoder encoder, SafeTensors golden, String prefix, Scope scope) throws Exception {
        try (Scope step = scope.child()) {
            NDArray ids = ReferenceSet.read(golden, prefix + "input_ids", step.manager());
            Forward run = new Forward(HookTable.EMPTY, PASS, step.manager());
            TextEncoder.Encoding encoding = encoder.forward(run, ids, encoder.config().layers() - 1, true);
            ReferenceSet.assertNear(golden, prefix + "penultimate", encoding.hidden(), ReferenceSet.FORWARD);
            ReferenceSet.assertNear(golden, prefix + "last_hidden_state", encoding.last().orElseThrow(), ReferenceSet.FORWARD);
            if (golden.has(prefix + "pooler_output")) {
                ReferenceSet.assertNear(golden, prefix + "pooler_output", encoding.pooled().orElseThrow(), ReferenceSet.FORWARD);
            }
            if (golden.has(prefix + "text_embeds")) {
                ReferenceSet.assertNear(golden, prefix + "text_embeds", encoding.embedded().orElseThrow(), ReferenceSet.FORWARD);
            }
            for (int i = 0; golden.has(prefix + "hidden_states." + i); i++) {
                ReferenceSet.assertNear(golden, prefix + "hidden_states." + i, encoder.forward(run, ids, i, false).hidden(), ReferenceSet.FORWARD);
            }
            NDArray alone = encoder.forward(run, ids, encoder.config().layers() - 1, false).hidden();
            assertArrayEquals(Tensors.floats(encoding.hidden()), Tensors.floats(alone));
        }
    }

    @Test
    void hooksThatChangeNothingChangeNotOneBit() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors("text.safetensors")) {
            for (var part : PARTS.entrySet()) {
                TextEncoder encoder = load(part.getValue(), scope);
                NDArray ids = ReferenceSet.read(golden, prefixes(golden, part.getKey()).getFirst() + "input_ids", scope.manager());
                List<HookPoint> called = new ArrayList<>();
                List<Hook> hooks = new ArrayList<>();
                encoder.modules().filter(m -> m.isHookable()).forEach(m -> {
                    for (Site site : Site.values()) {
                        if (site != Site.UPDATE || m.hookPoint("").update()) {
                            HookPoint point = new HookPoint(m.path(), site);
                            hooks.add(Hooks.of(point, (pass, value) -> {
                                called.add(point);
                                return value;
                            }));
                        }
                    }
                });
                int layer = encoder.config().layers() - 1;
                TextEncoder.Encoding plain = encoder.forward(new Forward(HookTable.EMPTY, PASS, scope.manager()), ids, layer, true);
                TextEncoder.Encoding hooked = encoder.forward(new Forward(new HookTable(hooks), PASS, scope.manager()), ids, layer, true);
                assertArrayEquals(Tensors.floats(plain.last().orElseThrow()), Tensors.floats(hooked.last().orElseThrow()));
                assertArrayEquals(Tensors.floats(plain.hidden()), Tensors.floats(hooked.hidden()));
                assertEquals(hooks.size(), called.stream().distinct().count());
            }
        }
    }

    @Test
    void theTrueEndTokenIsFoundWhereItIsGiven() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), new float[] {1, 2, 3, 4, 5, 6}, 1, 3, 2);
            NDArray ids = Tensors.of(scope.manager(), new long[] {9, 5, 7}, 1, 3);
            Forward run = new Forward(HookTable.EMPTY, PASS, scope.manager());
            int legacy = TextConfig.LEGACY_END_TOKEN;
            assertArrayEquals(new float[] {3, 4}, Tensors.floats(run.call(TextEncoder.CLIP, "at_end_token", x, ids, 5, legacy)));
            assertArrayEquals(new float[] {1, 2}, Tensors.floats(run.call(TextEncoder.CLIP, "at_end_token", x, ids, legacy, legacy)));
        }
    }

    private static List<String> prefixes(SafeTensors golden, String encoder) {
        List<String> prefixes = golden.names().stream().filter(n -> n.endsWith("." + encoder + ".input_ids"))
                .map(n -> n.substring(0, n.length() - "input_ids".length())).toList();
        assertTrue(!prefixes.isEmpty());
        return prefixes;
    }

    private static TextEncoder load(String part, Scope scope) throws Exception {
        Path folder = ReferenceSet.base().resolve(part);
        TextEncoder encoder = new TextEncoder(part, TextConfig.read(ConfigFile.read(folder.resolve("config.json")), part.endsWith("2")));
        try (Checkpoint weights = Checkpoint.open(folder)) {
            weights.fill(encoder, Spellings.TEXT_ENCODER, scope);
        }
        return encoder;
    }
}
