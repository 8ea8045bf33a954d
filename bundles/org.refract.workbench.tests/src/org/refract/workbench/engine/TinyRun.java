package org.refract.workbench.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.draw.PictureRecipes;
import org.refract.engine.extension.Extensions;
import org.refract.engine.job.Job;
import org.refract.engine.job.JobQueue;
import org.refract.engine.tensor.Devices;
import org.refract.engine.unpack.Preset;
import org.refract.engine.unpack.Unpack;
import org.refract.engine.unpack.UnpackOptions;

/** The demo model, unpacked as little as can be, and what is needed to open it. */
public final class TinyRun {
    private static final Preset TINY = new Preset("tiny", 64, 1, Map.of("k", "6", "auxk", "16", "lr", "2e-3"), 64, 40, 6, 1, 1);

    private static Optional<Path> made = Optional.empty();

    private TinyRun() {
    }

    /** The product's extensions: inside the framework its services, outside those on the class path. */
    public static Extensions extensions() {
        Bundle bundle = FrameworkUtil.getBundle(EngineSubjects.class);
        if (bundle != null) {
            return bundle.getBundleContext().getService(bundle.getBundleContext().getServiceReference(Extensions.class));
        }
        return Extensions.of(made("org.refract.model.sdxl.SdxlBackend"), made("org.refract.sae.topk.TopKVariant"),
                made("org.refract.format.refract.RefractFormat"), made("org.refract.analysis.captions.CaptionLabeler"),
                made("org.refract.analysis.blocks.BlockRoles"));
    }

    /** The product's picture files: inside the framework its service, outside the one on the class path. */
    public static PictureRecipes recipes() {
        Bundle bundle = FrameworkUtil.getBundle(EngineSubjects.class);
        if (bundle != null) {
            return bundle.getBundleContext().getService(bundle.getBundleContext().getServiceReference(PictureRecipes.class));
        }
        return (PictureRecipes) made("org.refract.cli.command.RecordedPictures");
    }

    private static Object made(String type) {
        try {
            return Class.forName(type).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** A queue with devices of its own. */
    public static JobQueue jobs() {
        return new JobQueue(new Devices());
    }

    /** The run; made by the first test that wants it. */
    public static synchronized Path folder(Extensions extensions, JobQueue jobs) throws RefractException, InterruptedException, IOException {
        if (made.isEmpty()) {
            Path folder = Files.createTempDirectory("tiny-run");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            made = Optional.of(make(folder.resolve("run"), extensions, jobs));
        }
        return made.get();
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path make(Path folder, Extensions extensions, JobQueue jobs) throws RefractException, InterruptedException {
        UnpackOptions options = UnpackOptions.of(new Locations().demo().resolve("turbo"), folder).withPreset(TINY).withReport(false);
        return jobs.submit(Job.on(Placement.CPU, "Unpacking", monitor -> new Unpack(extensions).run(options, monitor))).await().path();
    }
}
