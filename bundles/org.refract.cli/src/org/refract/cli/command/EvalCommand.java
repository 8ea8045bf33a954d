package org.refract.cli.command;

import com.google.gson.GsonBuilder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Placement;
import org.refract.cli.RefractCommand;
import org.refract.cli.Within;
import org.refract.cli.progress.Terminal;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.job.JobQueue;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract eval}: how good dictionaries are, by every published measure. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Step by step", "refract.command=eval"})
@CommandLine.Command(name = "eval", sortOptions = false,
        description = {"Measure dictionaries on recorded activations, by each tool's own formula.",
            "With a model also what its pictures or its next-token loss lose; with other seeds, whether they learnt the same."},
        footer = {"", "Numbers are those of all vectors as one batch. Explained variance has five formulas; the last column says whose each is.", "",
            "Example", "  refract eval recordings/saes --store recordings/store/unet.mid_block.attentions.0"})
public final class EvalCommand implements TensorCommand {
    private final Extensions extensions;
    private final JobQueue jobs;
    @Spec
    CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "SAE",
            description = "Dictionaries of one hook point, of any format, or trainings' folders: those of that point in them.")
    private List<Path> saes;
    @Option(names = "--store", required = true, paramLabel = "STORE", order = 1,
            description = "Activations of that hook point (see refract harvest); several for a crosscoder, in its order.")
    private List<Path> stores;
    @Option(names = "--from", paramLabel = "FORMAT", order = 1, description = "Format of the dictionaries (default: found out).")
    private String from;
    @Option(names = "--target", paramLabel = "STORE", order = 1, description = "What a transcoder should write.")
    private Path target;
    @Option(names = "--samples", paramLabel = "N", defaultValue = "1000000", order = 2,
            description = "Vectors at most, drawn by lot (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = 1e15)
    private long samples;
    @Option(names = "--seeds", paramLabel = "SAE", order = 3,
            description = "Another dictionary, such as one of another seed, whose directions are matched with each one's; may be repeated.")
    private List<Path> seeds = new ArrayList<>();
    @Option(names = {"-m", "--model"}, paramLabel = "DIR", order = 4,
            description = "The model: its values are replaced by reconstructions and by zeros, and what comes out is compared.")
    private Path model;
    @Option(names = "--prompts", paramLabel = "FILE", order = 5,
            description = "What the model draws or reads, one a line (default: captions beside the model, or a built-in list).")
    private Path prompts;
    @Option(names = {"-n", "--pictures"}, paramLabel = "N", defaultValue = "16", order = 6,
            description = "How many prompts are used (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = 1_000_000)
    private int pictures;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "4096", order = 7,
            description = "Vectors at a time (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = TrainCommand.MOST_VECTORS)
    private int batch;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", order = 8,
            description = "Of the order of vectors and prompts (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu", order = 9,
            description = "cpu or cuda:0 (default: ${DEFAULT-VALUE}).")
    private String device;
    @Option(names = {"-o", "--out"}, paramLabel = "DIR", order = 10,
            description = {"Also write eval.json, eval.csv, densities.csv and of crosscoders decoder_norm_shares.csv there.",
                "The report of a run shows those in RUN/evaluation or in a folder in it."})
    private Path out;
    @Option(names = "--json", order = 11, description = "Print one JSON object.")
    private boolean json;

    /** With the services that it needs. */
    @Activate
    public EvalCommand(@Reference Extensions extensions, @Reference JobQueue jobs) {
        this.extensions = extensions;
        this.jobs = jobs;
    }

    @Override
    public Integer call() throws RefractException {
        Placement placement = Placement.parse(device);
        if (out != null) {
            EvaluationTable.check(out);
        }
        List<Lease<?>> leases = new ArrayList<>();
        Optional<Lease<ModelBackend>> backend = model == null ? Optional.empty() : Optional.of(ModelOptions.backend(extensions, model));
        backend.ifPresent(leases::add);
        Evaluation evaluation = new Evaluation(extensions, saes, Optional.ofNullable(from), stores, Optional.ofNullable(target), seeds,
                new Evaluation.Options(samples, batch, seed, placement),
                backend.map(b -> new Evaluation.Downstream(b.get(), model, Optional.ofNullable(prompts), pictures)));
        EvaluationTable table = JobOnScreen.of(spec, jobs).run(placement, "Measuring", leases, evaluation::run);
        PrintWriter screen = spec.commandLine().getOut();
        if (json) {
            screen.println(new GsonBuilder().disableHtmlEscaping().create().toJson(table.json()));
        } else {
            Terminal terminal = ((RefractCommand) spec.root().userObject()).terminal();
            table.print(screen, terminal.interactive() ? terminal.width() : Integer.MAX_VALUE);
        }
        if (out != null) {
            table.write(out);
        }
        return 0;
    }
}
