package org.refract.engine.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.sae.Provenance;
import org.refract.engine.store.StreamPosition;

/**
 * Vectors with a known dictionary, as many as are asked for; the log of a training says how much of it was found ({@code recovered}).
 *
 * @param planted the truth
 */
public record SyntheticSource(PlantedDictionary planted) implements BatchSource {

    private static final String NAME = "planted";

    @Override
    public int width() {
        return planted.width();
    }

    @Override
    public int targetWidth() {
        return planted.width();
    }

    @Override
    public Optional<Provenance> provenance() {
        return Optional.of(new Provenance(NAME, NAME, new HookPoint(NAME, Site.OUTPUT), Map.of("data", planted.toString())));
    }

    @Override
    public Map<String, String> identity() {
        return Map.of("planted", planted.toString());
    }

    @Override
    public Batch sample(long seed, int count, Placement placement, NDManager owner, Monitor monitor) throws RefractException {
        try (BatchStream stream = open(new StreamOptions(seed, count, placement, 1), StreamPosition.START, monitor)) {
            return stream.next(owner);
        }
    }

    /** The stream's seed and the dictionary's together choose the vectors. */
    @Override
    public BatchStream open(StreamOptions options, StreamPosition start, Monitor monitor) {
        return new SyntheticStream(planted, options, start);
    }

    @Override
    public Map<String, Double> metrics(NDArray decoder) {
        return Map.of("recovered", planted.recovered(decoder));
    }
}
