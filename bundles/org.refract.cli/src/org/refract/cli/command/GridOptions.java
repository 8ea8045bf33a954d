package org.refract.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.Within;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.train.TrainingVariants;
import picocli.CommandLine.Option;

/** Which dictionaries {@code refract train} learns: architectures, sizes and settings, each one value or a list. */
final class GridOptions {

    @Option(names = "--variant", paramLabel = "NAME,...", order = 2,
            description = "The architecture, or several (default: topk; transcoder with --target, crosscoder with --together).")
    private String variants;
    @Option(names = "--set", paramLabel = "NAME=VALUE", order = 3,
            description = "A setting of the architecture, such as k=20; may be repeated (refract extensions NAME lists an architecture's).")
    private Map<String, String> settings = new LinkedHashMap<>();
    @Option(names = "--grid", paramLabel = "NAME=V1,V2,...", order = 4,
            description = "A setting with several values, such as k=5,10,20; may be repeated for every combination.")
    private Map<String, String> varied = new LinkedHashMap<>();
    @Option(names = "--expansion", paramLabel = "X,...", defaultValue = EXPANSION, order = 5,
            description = "Latents per channel (default: ${DEFAULT-VALUE}).")
    @Within(least = 0, above = true, most = TrainingGrid.MOST_LATENTS)
    private String expansion;
    @Option(names = "--latents", paramLabel = "N,...", order = 6, description = "Size of the dictionary, instead of --expansion.")
    @Within(least = 1, most = TrainingGrid.MOST_LATENTS, whole = true)
    private String latents;

    /** Latents per channel in the published SDXL Turbo dictionaries (sdxl-unbox: 5120 of 1280). */
    private static final String EXPANSION = "4";

    /**
     * @param folder the training's
     * @param usual  the architecture where none is named
     */
    List<Lease<SaeVariant>> variants(Extensions extensions, Path folder, String usual) throws RefractException {
        List<Lease<SaeVariant>> leases = new ArrayList<>();
        for (String id : TrainingGrid.values("--variant", variants == null ? usual : variants)) {
            leases.add(TrainingVariants.lease(extensions, folder, id));
        }
        return leases;
    }

    /** @param implied settings that follow from the data, unless they were set */
    TrainingGrid grid(List<SaeVariant> architectures, Map<String, String> implied) throws RefractException {
        List<TrainingGrid.Size> sizes = new ArrayList<>();
        String option = latents == null ? "--expansion" : "--latents";
        for (String value : TrainingGrid.values(option, latents == null ? expansion : latents)) {
            try {
                sizes.add(new TrainingGrid.Size(latents == null ? Double.parseDouble(value) : Integer.parseInt(value), latents == null));
            } catch (NumberFormatException e) {
                throw RefractException.usage("%s takes numbers, not '%s'.", option, value);
            }
        }
        Map<String, List<String>> axes = new LinkedHashMap<>();
        for (var axis : varied.entrySet()) {
            axes.put(axis.getKey(), TrainingGrid.values("--grid " + axis.getKey(), axis.getValue()));
        }
        Map<String, String> fixed = new LinkedHashMap<>(implied);
        fixed.putAll(settings);
        return new TrainingGrid(architectures, sizes, fixed, axes);
    }
}
