package org.refract.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Placement;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.Within;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.source.ModelRecorder;
import org.refract.engine.source.ModelSource;
import org.refract.engine.source.PlantedDictionary;
import org.refract.engine.source.StoreSource;
import org.refract.engine.source.SyntheticSource;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.Recordings;
import org.refract.engine.unpack.Prompts;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where a training's data come from: recorded activations, a running model, or a planted dictionary. */
final class SourceOptions {

    private static final int LONGEST = 120;

    @Parameters(arity = "0..*", paramLabel = "STORE",
            description = "Activation stores (see refract harvest), a dictionary of each; with --watch alone, the folder of a training.")
    private List<Path> named = new ArrayList<>();
    @Option(names = "--target", paramLabel = "STORE", order = 40,
            description = "Learn to write this store's vectors from those of STORE (a transcoder); with --stream, a hook point.")
    private String target;
    @Option(names = "--together", order = 41, description = "One dictionary of all stores or points at once (a crosscoder).")
    private boolean together;
    @Option(names = "--stream", paramLabel = "MODEL", order = 42, description = "Learn straight from a model's runs, without a store.")
    private Path model;
    @Option(names = "--prompts", paramLabel = "FILE", order = 43,
            description = "With --stream: prompts, one a line (default: as refract harvest).")
    private Path prompts;
    @Option(names = "--point", paramLabel = "POINT", order = 44,
            description = "With --stream: a hook point; may be repeated (default: the model's own).")
    private List<String> points = new ArrayList<>();
    @Option(names = "--mix", paramLabel = "PICTURES", defaultValue = "64", order = 45,
            description = "With --stream: pictures of which half are mixed with half of those before (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = 1_000_000)
    private int mix;
    @Option(names = "--draw", paramLabel = "N", defaultValue = "8", order = 46,
            description = "With --stream: pictures drawn together (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = DrawOptions.MOST_TOGETHER)
    private int draw;
    @Option(names = "--synthetic", paramLabel = "NAME=VALUE,...", order = 47,
            description = "Learn a planted dictionary, such as width=64,features=256,active=8; the log says how much of it was recovered.")
    private String synthetic;

    /** The stores that were named; the list of recordings, which lies beside them, is none, so that {@code recordings/store/*} names them all. */
    List<Path> stores() {
        return named.stream().filter(path -> !Recordings.isList(path)).toList();
    }

    /** The architecture that fits the data, where none was named. */
    String usualVariant() {
        return target != null ? "transcoder" : together ? "crosscoder" : "topk";
    }

    /**
     * Settings that follow from the data, for architectures that know them.
     *
     * @throws RefractException if an architecture cannot learn such data
     */
    Map<String, String> settings(List<SaeVariant> variants) throws RefractException {
        Map<String, String> implied = new LinkedHashMap<>();
        if (target != null) {
            require(variants, "transcode", "has one input and learns it; --target needs one that transcodes, such as --variant transcoder");
            implied.put("transcode", "true");
            implied.put("apply_b_dec_to_input", "false");
        }
        if (together) {
            require(variants, "points", "knows one hook point; --together needs --variant crosscoder");
            implied.put("points", Integer.toString(model == null ? stores().size() : points.size()));
        }
        return implied;
    }

    private static void require(List<SaeVariant> variants, String setting, String words) throws RefractException {
        for (SaeVariant variant : variants) {
            if (variant.hyperparameters().stream().map(Hyperparameter::name).noneMatch(setting::equals)) {
                throw RefractException.usage("A %s autoencoder %s.", variant.id(), words);
            }
        }
    }

    /** What may not vanish while the data are read. */
    List<Lease<ModelBackend>> leases(Extensions extensions) throws RefractException {
        return model == null ? List.of() : List.of(ModelOptions.backend(extensions, model()));
    }

    private Path model() throws RefractException {
        if (!Files.exists(model)) {
            throw RefractException.usage("There is no model at %s; name a folder that holds a model_index.json.", model);
        }
        return model.toAbsolutePath().normalize();
    }

    /** Opens them; call on the device's thread. */
    OpenSources open(List<Lease<ModelBackend>> backends, Placement placement, long seed, Monitor monitor) throws RefractException {
        OpenSources opened = OpenSources.none();
        try {
            if (synthetic != null) {
                opened.add("planted", new SyntheticSource(PlantedDictionary.parse(synthetic)));
            } else if (model != null) {
                stream(opened, backends.getFirst(), placement, seed, monitor);
            } else {
                recorded(opened);
            }
            return opened;
        } catch (RefractException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** @throws RefractException if the options contradict each other */
    void check() throws RefractException {
        long kinds = Stream.of(!stores().isEmpty(), model != null, synthetic != null).filter(b -> b).count();
        if (kinds != 1) {
            throw RefractException.usage("Say what to learn from: activation stores, --stream MODEL or --synthetic, one of them.");
        }
        if (model == null && (prompts != null || !points.isEmpty())) {
            throw RefractException.usage("--prompts and --point belong to --stream; a store holds one point of prompts that were drawn.");
        }
        if (synthetic != null && (target != null || together)) {
            throw RefractException.usage("A planted dictionary has one place: leave out --target and --together.");
        }
        int inputs = model == null ? stores().size() : points.size();
        if (target != null && (together || inputs != 1)) {
            throw RefractException.usage("--target needs one store or point to read from, but there are %d.", inputs);
        }
        if (together && inputs < 2) {
            throw RefractException.usage("--together needs at least two stores or points, but there are %d.", inputs);
        }
    }

    private void recorded(OpenSources opened) throws RefractException {
        List<ActivationStore> inputs = new ArrayList<>();
        for (Path path : stores()) {
            inputs.add(opened.hold(ActivationStore.open(path)));
        }
        List<String> names = inputs.stream().map(s -> ActivationStore.folderName(s.manifest().point())).toList();
        if (target != null) {
            ActivationStore to = opened.hold(ActivationStore.open(Path.of(target)));
            opened.add(name(names, Optional.of(ActivationStore.folderName(to.manifest().point()))), new StoreSource(inputs, Optional.of(to)));
        } else if (together) {
            opened.add(name(names, Optional.empty()), new StoreSource(inputs, Optional.empty()));
        } else {
            for (int i = 0; i < inputs.size(); i++) {
                opened.add(names.get(i), StoreSource.of(inputs.get(i)));
            }
        }
    }

    private void stream(OpenSources opened, Lease<ModelBackend> backend, Placement placement, long seed, Monitor monitor) throws RefractException {
        ImageModel running = opened.hold(ModelOptions.open(backend, model(), placement, Adapters.NONE, monitor));
        List<HookPoint> inputs = new ArrayList<>();
        for (String point : points) {
            inputs.add(HookPoint.parse(point));
        }
        if (inputs.isEmpty()) {
            inputs.addAll(running.defaultHookPoints());
        }
        Optional<HookPoint> to = target == null ? Optional.empty() : Optional.of(HookPoint.parse(target));
        List<HookPoint> all = Stream.concat(inputs.stream(), to.stream()).toList();
        ModelRecorder recorder = opened.hold(new ModelRecorder(running, running.defaults(), Prompts.of(Optional.ofNullable(prompts), model(), seed), seed,
                draw, mix, all));
        List<String> names = inputs.stream().map(ActivationStore::folderName).toList();
        if (together || to.isPresent()) {
            opened.add(name(names, to.map(ActivationStore::folderName)), new ModelSource(recorder, inputs, to));
        } else {
            for (int i = 0; i < inputs.size(); i++) {
                opened.add(names.get(i), new ModelSource(recorder, List.of(inputs.get(i)), Optional.empty()));
            }
        }
    }

    /** {@code a+b} of points that are read together, {@code a-to-b} of a pair. */
    private static String name(List<String> inputs, Optional<String> to) {
        String name = inputs.stream().distinct().collect(Collectors.joining("+")) + to.map(t -> "-to-" + t).orElse("");
        return name.length() <= LONGEST ? name : name.substring(0, LONGEST);
    }
}
