package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.tensor.Lanes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** Every architecture that is plugged in learns the same numbers, to the bit, with any number of threads. */
class ThreadsTest {
    /** torch gives each thread a share of a sum from 32768 numbers on, and of a product with a vector where the matrix is large enough. */
    private static final List<Size> SIZES = List.of(new Size(16, 64, 40_000), new Size(160, 320, 512));

    private record Size(int width, int latents, int samples) {
    }

    private static List<SaeVariant> variants() throws Exception {
        BundleContext context = FrameworkUtil.getBundle(ThreadsTest.class).getBundleContext();
        List<SaeVariant> variants = new ArrayList<>();
        for (ServiceReference<SaeVariant> reference : context.getServiceReferences(SaeVariant.class, "(component.name=org.refract.sae.*)")) {
            variants.add(context.getService(reference));
        }
        return variants;
    }

    @TestFactory
    Stream<DynamicTest> learnsTheSame() throws Exception {
        List<SaeVariant> variants = variants();
        assertTrue(variants.size() >= 9, variants::toString);
        return variants.stream().map(variant -> DynamicTest.dynamicTest(variant.id(), () -> {
            for (Size size : SIZES) {
                Map<String, ByteBuffer> alone = learned(variant, size, 1);
                for (int threads = 2; threads <= 3; threads++) {
                    Map<String, ByteBuffer> several = learned(variant, size, threads);
                    assertEquals(List.of(), alone.keySet().stream().filter(name -> !alone.get(name).equals(several.get(name))).toList(), threads + " threads, " + size);
                    assertEquals(alone.keySet(), several.keySet());
                }
            }
        }));
    }

    private static Map<String, ByteBuffer> learned(SaeVariant variant, Size size, int threads) {
        return Lanes.withThreads(threads, () -> {
            try (Scope scope = Scope.open(Placement.CPU)) {
                NDArray x = Tensors.of(scope.manager(), new TorchRandom(3).randn(size.samples() * size.width()), size.samples(), size.width());
                Settings settings = Settings.of(variant.hyperparameters(), Map.of());
                SaeConfig config = new SaeConfig(variant.id(), size.width(), size.width(), size.latents(), settings);
                NDArray y = variant.id().equals("transcoder") ? x.neg() : x;
                try (Sae sae = variant.create(config, x, y, 5, Placement.CPU); SaeTrainer trainer = variant.trainer(sae, x, y, size.samples())) {
                    for (int i = 0; i < 3; i++) {
                        trainer.step(x, y);
                    }
                    Map<String, ByteBuffer> tensors = new TreeMap<>();
                    trainer.state().forEach((name, tensor) -> tensors.put(name, copy(tensor)));
                    trainer.result().forEach((name, tensor) -> tensors.put("result." + name, copy(tensor)));
                    trainer.metrics().forEach((name, value) -> tensors.put("metric." + name, ByteBuffer.allocate(Double.BYTES).putDouble(0, value)));
                    return tensors;
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static ByteBuffer copy(NDArray tensor) {
        ByteBuffer raw = Tensors.raw(tensor);
        return ByteBuffer.allocate(raw.remaining()).put(raw).flip();
    }
}
