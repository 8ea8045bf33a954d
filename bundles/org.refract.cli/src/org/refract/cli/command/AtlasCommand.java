package org.refract.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Label;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.cli.Within;
import org.refract.engine.extension.Extensions;
import org.refract.engine.file.FolderLock;
import org.refract.engine.file.StillThere;
import org.refract.engine.index.AtlasOptions;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.index.FeatureQuery;
import org.refract.engine.job.JobQueue;
import org.refract.engine.store.Recordings;
import org.refract.engine.unpack.RunAtlas;
import org.refract.engine.unpack.RunFolder;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract atlas}: builds the atlases of a run's dictionaries, or lists their features. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Step by step", "refract.command=atlas"})
@CommandLine.Command(name = "atlas", sortOptions = false,
        description = {"Find out what each feature of a run's dictionaries responds to, and name it; or search them with --find."},
        footer = {"", "Examples", "  refract atlas recordings", "  refract atlas unpacked-emoji-sdxl --find heart"})
public final class AtlasCommand implements TensorCommand {
    @Reference
    Extensions extensions;
    @Reference
    JobQueue jobs;
    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The run's folder, with store/ and saes/.")
    private Path folder;
    @Option(names = "--point", paramLabel = "POINT", order = 1, description = "Only this hook point; may be repeated.")
    private List<String> points = new ArrayList<>();
    @Option(names = "--examples", paramLabel = "N", defaultValue = "16", order = 2,
            description = "Examples kept per feature (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = 10_000)
    private int examples;
    @Option(names = "--find", paramLabel = "TEXT", order = 3,
            description = "List the features whose name or examples fit these words; \"\" lists the strongest.")
    private String find;
    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", order = 4,
            description = "Features listed per hook point (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = 1_000_000)
    private int limit;
    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu", order = 5,
            description = "cpu or cuda:0 (default: ${DEFAULT-VALUE}).")
    private String device;
    @Option(names = "--labeler", paramLabel = "ID", order = 6, description = "Who names the features (default: Refract's own; refract extensions lists them).")
    private Optional<String> labeler = Optional.empty();

    @Override
    public Integer call() throws RefractException {
        RunFolder run = new RunFolder(folder).enclosed();
        if (find != null) {
            list(run);
            return 0;
        }
        Placement placement = Placement.parse(device);
        List<HookPoint> chosen = chosen(dictionaries(run));
        AtlasOptions options = new AtlasOptions(examples, AtlasOptions.DEFAULT.neighbours(), AtlasOptions.DEFAULT.onePerPrompt());
        RunAtlas atlas = new RunAtlas(run, extensions, RunAtlas.labeler(extensions, labeler), placement, options);
        JobOnScreen.of(spec, jobs).run(placement, "Building atlases", List.of(), monitor -> {
            try (Recordings recordings = Recordings.open(run.path()); FolderLock lock = FolderLock.take(run.path(), "refract atlas")) {
                for (HookPoint point : chosen) {
                    atlas.build(recordings, point, role(run, point), monitor);
                }
            }
            return chosen.size();
        });
        StillThere.check(chosen.stream().map(run::atlas).toList());
        chosen.forEach(point -> spec.commandLine().getOut().printf("%s%n", run.atlas(point)));
        return 0;
    }

    /** What the point does, as the atlas says that is built again; only a model that is open could say it anew. */
    private static Map<String, String> role(RunFolder run, HookPoint point) {
        if (!Files.exists(run.atlas(point))) {
            return Map.of();
        }
        try (FeatureIndex older = FeatureIndex.open(run.atlas(point))) {
            return Optional.ofNullable(older.facts().further().get("role")).map(role -> Map.of("role", role)).orElse(Map.of());
        } catch (RefractException damagedAndReplaced) {
            return Map.of();
        }
    }

    /** The hook points of the dictionaries; what else lies beside them, curves and state, is none. */
    private List<HookPoint> dictionaries(RunFolder run) throws RefractException {
        if (!Files.isDirectory(run.saes())) {
            throw RefractException.usage("%s holds no dictionaries; make them with refract train.", run.path());
        }
        try (var folders = Files.list(run.saes())) {
            List<CheckpointFormat> formats = extensions.all(CheckpointFormat.class);
            return folders.filter(f -> Files.isDirectory(f) && formats.stream().anyMatch(format -> format.recognises(f)))
                    .map(f -> RunFolder.point(f.getFileName().toString())).sorted(Comparator.comparing(HookPoint::path)).toList();
        } catch (IOException e) {
            throw RefractException.failure(e, "%s cannot be read.", run.saes());
        }
    }

    private List<HookPoint> chosen(List<HookPoint> there) throws RefractException {
        if (there.isEmpty()) {
            throw RefractException.usage("%s holds no dictionaries; make them with refract train.", folder);
        }
        if (points.isEmpty()) {
            return there;
        }
        List<HookPoint> chosen = new ArrayList<>();
        for (String text : points) {
            HookPoint point = HookPoint.parse(text);
            if (!there.contains(point)) {
                throw RefractException.usage("%s has nothing for the hook point %s; it has %s.", folder, point, there);
            }
            chosen.add(point);
        }
        return chosen;
    }

    private void list(RunFolder run) throws RefractException {
        List<HookPoint> there = run.atlases();
        if (there.isEmpty()) {
            throw RefractException.usage("%s holds no atlas; make one with refract atlas %s.", folder, folder);
        }
        FeatureQuery.Sort sort = find.isBlank() ? FeatureQuery.Sort.ENERGY : FeatureQuery.Sort.RELEVANCE;
        for (HookPoint point : chosen(there)) {
            try (FeatureIndex index = FeatureIndex.open(run.atlas(point))) {
                for (Feature feature : index.features(new FeatureQuery(find, sort, true, true, 0, limit)).features()) {
                    spec.commandLine().getOut().printf(Locale.ROOT, "%s#%d  %s  density %.4f  mean %.2f  max %.2f%n", point.path(), feature.latent(),
                            feature.label().map(Label::text).orElse("-"), feature.density(), feature.mean(), feature.max());
                }
            }
        }
    }
}
