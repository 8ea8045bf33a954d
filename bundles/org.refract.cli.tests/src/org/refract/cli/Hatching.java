package org.refract.cli;

import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.LatentSpace;
import org.refract.api.model.Model;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Tensors;

/**
 * A family of models that paint noise: its numbers follow from all that the request says of a picture, so that two pictures are equal when
 * their requests are. A folder with the file {@code hatching} is one.
 */
final class Hatching implements ModelBackend {
    /** What was asked for, call by call. */
    final List<ImageRequest> asked = new ArrayList<>();
    /** What the models were opened with. */
    final List<Adapters> opened = new ArrayList<>();
    /** A prompt that ends the work in the middle. */
    static final String BREAKS = "breaks";

    @Override
    public String id() {
        return "hatching";
    }

    @Override
    public boolean recognises(Path location) {
        return Files.exists(location.resolve("hatching"));
    }

    @Override
    public ModelInfo inspect(Path location) {
        return new ModelInfo(location.getFileName().toString(), id(), 1, "sha256:" + Integer.toHexString(location.getFileName().hashCode()) + "00000000",
                Map.of("scheduler", "EulerAncestralDiscreteScheduler, trailing, epsilon"));
    }

    @Override
    public Model open(Path location, Placement placement, Adapters adapters, Monitor monitor) {
        opened.add(adapters);
        return new Painter(inspect(location), adapters, location.getFileName().toString().contains("refiner"));
    }

    private final class Painter implements ImageModel {
        private final ModelInfo info;
        private final Adapters adapters;
        private final boolean refiner;

        Painter(ModelInfo info, Adapters adapters, boolean refiner) {
            this.info = info;
            this.adapters = adapters;
            this.refiner = refiner;
        }

        @Override
        public ModelInfo info() {
            return info;
        }

        @Override
        public Placement placement() {
            return Placement.CPU;
        }

        @Override
        public List<HookPointInfo> hookPoints() {
            return List.of();
        }

        @Override
        public List<HookPoint> defaultHookPoints() {
            return List.of();
        }

        @Override
        public ImageRequest defaults() {
            return ImageRequest.of(3, 0, 32, 32);
        }

        @Override
        public List<Hyperparameter> options() {
            return List.of(new Hyperparameter("scheduler", Hyperparameter.Kind.TEXT, "", "any text", Optional.empty()));
        }

        @Override
        public Optional<LatentSpace> latentSpace() {
            return Optional.of(new LatentSpace(3, 1, "as they are", "none", refiner));
        }

        @Override
        public ImageBatch generate(ImageRequest request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException {
            asked.add(request);
            int batch = request.prompts().size();
            int plane = request.height() * request.width();
            float[] values = new float[batch * 3 * plane];
            for (int i = 0; i < batch; i++) {
                if (request.prompts().get(i).equals(BREAKS)) {
                    throw RefractException.failure("The brush broke.");
                }
                Random random = new Random(Objects.hash(info, adapters, refiner, request.prompts().get(i), request.negativePrompts(), request.seeds().get(i),
                        request.steps(), request.guidance(), request.options(), begun(request)));
                for (int p = 0; p < 3 * plane; p++) {
                    values[i * 3 * plane + p] = random.nextFloat();
                }
            }
            for (int step = 0; step < request.steps(); step++) {
                monitor.advance(1);
                if (monitor.wantsPreviews()) {
                    monitor.preview(new java.awt.image.BufferedImage(4, 4, java.awt.image.BufferedImage.TYPE_INT_RGB));
                }
                monitor.checkpoint();
            }
            long[] shape = {batch, 3, request.height(), request.width()};
            return new ImageBatch(Tensors.of(owner, values, shape), request.decode() ? Optional.of(Tensors.of(owner, values, shape)) : Optional.empty());
        }

        private static int begun(ImageRequest request) {
            return request.start().map(s -> Objects.hash(s.strength(), Arrays.hashCode(Tensors.floats(s.image())), s.mask().map(m -> Arrays.hashCode(Tensors.floats(m)))))
                    .orElse(0);
        }

        @Override
        public void close() {
        }
    }
}
