package org.refract.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.index.AtlasFacts;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.job.RunRecord;
import org.refract.engine.unpack.ReportWriter;
import org.refract.engine.unpack.RunFolder;

/** Writes the report of a run as an HTML folder. */
@Component(service = ReportWriter.class)
public final class HtmlReport implements ReportWriter {

    /** The page to open. */
    static final String PAGE = "index.html";

    private static final Set<String> OWN = Set.of(PAGE, "assets", "data", "images");

    @Override
    public String id() {
        return "html";
    }

    @Override
    public Path write(RunFolder run, Monitor monitor) throws RefractException {
        RunRecord record = RunFacts.read(run.enclosed());
        List<FeatureIndex> atlases = new ArrayList<>();
        try (AtomicFolder folder = AtomicFolder.create(run.report(), own(run.report()))) {
            for (HookPoint point : ForwardOrder.of(run.atlases())) {
                atlases.add(FeatureIndex.open(run.atlas(point)));
            }
            write(run, record, atlases, folder.path(), monitor);
            folder.commit();
            return folder.target().resolve(PAGE);
        } finally {
            atlases.forEach(FeatureIndex::close);
        }
    }

    /** What a report consists of; a folder with another page is no report. */
    private static Predicate<String> own(Path report) {
        boolean is = !Files.exists(report.resolve(PAGE)) || Page.isOne(report.resolve(PAGE));
        return name -> is && OWN.contains(name.replaceFirst("/.*", ""));
    }

    private static void write(RunFolder run, RunRecord record, List<FeatureIndex> atlases, Path folder, Monitor monitor) throws RefractException {
        monitor.stage("Writing the report", atlases.stream().mapToLong(a -> a.facts().latents()).sum());
        DataFiles data = new DataFiles(folder.resolve("data"));
        RecordingSheets pictures = new RecordingSheets();
        List<FeatureFiles> features = new ArrayList<>();
        List<Block> blocks = new ArrayList<>();
        for (FeatureIndex atlas : atlases) {
            FeatureFiles files = new FeatureFiles(atlas, blocks.size(), pictures, data);
            files.write(monitor);
            features.add(files);
            blocks.add(Block.of(run, atlas, blocks.size(), files.features(), folder));
        }
        data.write("prompts", pictures.prompts());
        List<AtlasFacts> dictionaries = atlases.stream().map(FeatureIndex::facts).toList();
        Commands commands = new Commands(record, dictionaries);
        RunFacts facts = RunFacts.of(run, record, dictionaries, blocks);
        data.write("clock", Times.of(record));
        data.write("run", new Overview(facts.title(), facts.model(), facts.record(), facts.notes(),
                Map.of("unpack", commands.unpack(), "train", commands.train(), "inspect", commands.inspect(), "atlas", commands.atlas(),
                        "workbench", commands.workbench(), "feature", commands.feature()),
                Overview.Bins.ACTIVATIONS, pictures.write(run, folder), Apart.choose(features, pictures).orElse(null), blocks,
                ShownFinding.read(run, folder), ShownEvaluation.read(run), ShownIntervention.read(run, blocks, commands, folder)));
        Page.write(folder, facts.title(), facts.lead());
    }
}
