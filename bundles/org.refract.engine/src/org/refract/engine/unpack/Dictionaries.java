package org.refract.engine.unpack;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Model;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.sae.HowRead;
import org.refract.engine.tensor.Scope;
import org.refract.engine.train.Provenances;

/** The dictionaries of a run with what its atlases say of their features, on a device until they are closed. */
public final class Dictionaries implements AutoCloseable {

    /**
     * A dictionary's weights with their origin.
     *
     * @param sae        the weights; the caller closes it
     * @param provenance where it comes from, if its checkpoint says so
     * @param format     whose checkpoint it is
     * @param reading    how it was read, a line or two
     * @param variant    whose code computes with it: work with the dictionary ends if that vanishes
     */
    public record Loaded(Sae sae, Optional<Provenance> provenance, String format, List<String> reading, Lease<SaeVariant> variant) {

        /** What an atlas of it keeps: its origin as {@code sae_...} and its settings as {@code setting_...}. */
        public Map<String, String> facts() {
            Map<String, String> facts = new TreeMap<>();
            provenance.ifPresent(p -> p.facts().forEach((name, value) -> facts.put("sae_" + name, value)));
            sae.config().settings().asMap().forEach((name, value) -> facts.put("setting_" + name, value));
            return facts;
        }
    }

    private final List<Dictionary> dictionaries;
    private final List<Lease<SaeVariant>> leases;

    private Dictionaries(List<Dictionary> dictionaries, List<Lease<SaeVariant>> leases) {
        this.dictionaries = List.copyOf(dictionaries);
        this.leases = List.copyOf(leases);
    }

    /**
     * Opens every dictionary of a run that has an atlas, in the model's forward order. Call on the placement's device thread.
     *
     * @throws RefractException if there is none, a file is damaged, or they belong to another model
     */
    public static Dictionaries open(RunFolder run, Model model, Extensions extensions) throws RefractException {
        return open(run, model, model.info(), extensions);
    }

    /**
     * The same for a model that something was added to since.
     *
     * @param learnedFrom what the dictionaries were learned from: the model without what was added
     * @throws RefractException as {@link #open(RunFolder, Model, Extensions)}
     */
    public static Dictionaries open(RunFolder run, Model model, ModelInfo learnedFrom, Extensions extensions) throws RefractException {
        List<HookPoint> there = run.enclosed().atlases();
        List<String> order = model.hookPoints().stream().map(p -> p.path()).toList();
        List<HookPoint> points = there.stream().sorted(Comparator.comparingInt(p -> order.indexOf(p.path()))).toList();
        if (points.isEmpty()) {
            throw RefractException.usage("%s holds no atlas; make one with refract unpack.", run.path());
        }
        List<Dictionary> opened = new ArrayList<>();
        List<Lease<SaeVariant>> leases = new ArrayList<>();
        try {
            for (HookPoint point : points) {
                opened.add(open(run, point, model.placement(), learnedFrom, extensions, leases));
            }
            return new Dictionaries(opened, leases);
        } catch (RefractException | RuntimeException e) {
            opened.forEach(d -> d.sae().close());
            throw e;
        }
    }

    /** @param leases gets that of the dictionary's architecture */
    private static Dictionary open(RunFolder run, HookPoint point, Placement placement, ModelInfo learnedFrom, Extensions extensions,
            List<Lease<SaeVariant>> leases) throws RefractException {
        Loaded loaded = load(run.sae(point), placement, extensions);
        leases.add(loaded.variant());
        try (FeatureIndex index = FeatureIndex.open(run.atlas(point))) {
            if (loaded.provenance().isPresent()) {
                Provenances.requireModel(run.sae(point).toString(), loaded.provenance().get(), learnedFrom);
                Provenances.requirePoint(run.sae(point).toString(), loaded.provenance().get(), point);
            }
            if (index.facts().latents() != loaded.sae().config().latents()) {
                throw RefractException.usage("The atlas %s is of a dictionary with %d features, but %s has %d; build it again with refract atlas.",
                        run.atlas(point), index.facts().latents(), run.sae(point), loaded.sae().config().latents());
            }
            return new Dictionary(point, loaded.sae(), index.allFeatures());
        } catch (RefractException | RuntimeException e) {
            loaded.sae().close();
            throw e;
        }
    }

    /**
     * Reads a checkpoint of any format that there is an extension for. Call on the placement's device thread.
     *
     * @throws RefractException if nobody knows the format or the architecture, or it is damaged
     */
    public static Loaded load(Path checkpoint, Placement placement, Extensions extensions) throws RefractException {
        return load(checkpoint, Optional.empty(), placement, extensions);
    }

    /**
     * The same.
     *
     * @param from the format's name, or empty to find it out
     */
    public static Loaded load(Path checkpoint, Optional<String> from, Placement placement, Extensions extensions) throws RefractException {
        CheckpointFormat format = CheckpointFormats.of(extensions, checkpoint, from).get();
        try (Scope scope = Scope.open(placement)) {
            NDManager owner = scope.manager();
            CheckpointFormat.Checkpoint read = format.read(checkpoint, owner);
            Lease<SaeVariant> variant = extensions.lease(SaeVariant.class, read.config().variant(), checkpoint,
                    read.provenance().map(Provenance::facts).orElse(Map.of()));
            return new Loaded(variant.get().restore(read.config(), read.tensors(), placement), read.provenance(), format.id(), HowRead.lines(read), variant);
        }
    }

    /** A monitor whose checkpoint ends work with these dictionaries when the extension that computes with one of them is removed. */
    public Monitor guard(Monitor monitor) {
        return Lease.guard(leases, monitor);
    }

    /** The dictionaries in the model's forward order. */
    public List<Dictionary> list() {
        return dictionaries;
    }

    @Override
    public void close() {
        dictionaries.forEach(d -> d.sae().close());
    }
}
