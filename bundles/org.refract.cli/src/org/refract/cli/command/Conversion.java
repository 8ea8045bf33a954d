package org.refract.cli.command;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.Provenance;
import org.refract.engine.extension.Extensions;
import org.refract.engine.sae.DictionaryPlace;
import org.refract.engine.sae.HowRead;
import org.refract.engine.sae.ReconstructionCheck;
import org.refract.engine.sae.RoundTrip;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.tensor.Scope;
import org.refract.engine.unpack.CheckpointFormats;

/**
 * Reads a dictionary in one format and writes it in another.
 *
 * @param extensions where the formats are
 * @param checkedOn  activations on which it is tried before it is believed, and whose model and hook point it then belongs to
 */
record Conversion(Extensions extensions, Optional<CheckedOn> checkedOn) {

    /** Refract's own format, which says whose dictionary it is. */
    private static final String OWN = "refract";

    /** Rounding of a reconstruction in float32. */
    private static final double SAME = 1e-4;

    /**
     * Converts.
     *
     * @param from a format's name, or empty to find it out
     * @return facts by name
     * @throws RefractException if the source is damaged or described wrongly, or the target cannot hold it
     */
    Map<String, Object> run(Path source, Optional<String> from, Path target, String to, Monitor monitor) throws RefractException {
        CheckpointFormat reader = CheckpointFormats.of(extensions, source, from).get();
        CheckpointFormat writer = extensions.lease(CheckpointFormat.class, to).get();
        DictionaryPlace place = new DictionaryPlace(writer, target);
        place.check();
        Map<String, Object> facts = new LinkedHashMap<>();
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = reader.read(source, scope.manager());
            facts.put("read", reader.id());
            facts.put("architecture", read.config().variant());
            facts.put("width", read.config().width());
            facts.put("latents", read.config().latents());
            facts.put("read_as", HowRead.lines(read));
            if (checkedOn.isPresent()) {
                read = tried(source, read, scope.manager(), facts, monitor);
            } else if (to.equals(OWN) && read.provenance().filter(p -> !p.modelFingerprint().isEmpty()).isEmpty()) {
                throw RefractException.usage("%s does not say which model's hook point it belongs to: add --model DIR and --point POINT, or --check STORE with activations of it.",
                        source);
            }
            facts.put("written", writer.id());
            Checkpoint known = read;
            place.write(known, written -> inspect(source, known, writer, target, written, scope.manager(), facts));
        }
        return facts;
    }

    /** What is published computes the same in every format; it is read back before it gets its name. */
    private static void inspect(Path source, Checkpoint read, CheckpointFormat writer, Path target, Path written, NDManager manager, Map<String, Object> facts)
            throws RefractException {
        if (isPublished(read)) {
            double difference = RoundTrip.difference(read, writer.read(written, manager), manager);
            if (!(difference <= SAME)) {
                throw RefractException.usage("%s was not written: in the format %s it would not compute what %s computes; their reconstructions differ by %.2g.",
                        target, writer.id(), source, difference);
            }
            facts.put("difference", difference);
        }
    }

    private Checkpoint tried(Path source, Checkpoint read, NDManager manager, Map<String, Object> facts, Monitor monitor) throws RefractException {
        CheckedOn.Activations activations = checkedOn.orElseThrow().of(read, manager, monitor);
        ReconstructionCheck check = ReconstructionCheck.of(read, activations.samples());
        check.require(source.toString());
        facts.put("explained_variance", check.explainedVariance());
        facts.put("l0", check.l0());
        Map<String, String> said = new LinkedHashMap<>(read.provenance().map(Provenance::facts).orElse(Map.of()));
        read.provenance().ifPresent(p -> said.put("said_to_be_of", p.model() + " " + p.point().path()));
        said.put("imported_from", source.getFileName().toString());
        if (!read.notes().isEmpty()) {
            said.put("read_as", String.join("; ", read.notes()));
        }
        Provenance provenance = new Provenance(activations.model(), activations.fingerprint(), activations.point(), said);
        return new Checkpoint(read.config(), read.tensors(), Optional.of(provenance), read.notes());
    }

    private static boolean isPublished(Checkpoint read) {
        return read.config().variant().equals("topk") || SaeForm.find(read.config().variant()).isPresent();
    }
}
