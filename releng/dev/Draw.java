import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Draws the house from what its bundles import: who stands on whom, each as low as that allows. Plug-ins of one kind share a box; a line that follows from
 * others is left out.
 *
 * <p>{@code java releng/dev/Draw.java FOLDER > docs/house.svg}
 */
final class Draw {

    private static final Set<String> KINDS = Set.of("model", "sae", "tokenizer", "generator", "analysis", "attribution", "format", "labeler", "view");
    private static final int BOX = 132;
    private static final int GAP = 22;
    private static final int ROW = 84;
    private static final int HEIGHT = 34;

    private final Map<String, Set<String>> uses = new TreeMap<>();
    private final Map<String, Integer> levels = new HashMap<>();

    public static void main(String[] args) throws IOException {
        System.out.print(new Draw(Path.of(args[0])).svg());
    }

    private Draw(Path root) throws IOException {
        Map<String, Manifest> manifests = new TreeMap<>();
        try (var bundles = Files.list(root.resolve("bundles"))) {
            for (Path bundle : bundles.filter(folder -> !folder.toString().endsWith(".tests")).toList()) {
                Path manifest = bundle.resolve("META-INF/MANIFEST.MF");
                if (Files.exists(manifest)) {
                    manifests.put(bundle.getFileName().toString(), read(manifest));
                }
            }
        }
        Map<String, String> exporters = new HashMap<>();
        manifests.forEach((name, manifest) -> packages(manifest, "Export-Package").forEach(exported -> exporters.put(exported, box(name))));
        manifests.forEach((name, manifest) -> {
            Set<String> used = uses.computeIfAbsent(box(name), key -> new TreeSet<>());
            packages(manifest, "Import-Package").filter(exporters::containsKey).map(exporters::get).filter(other -> !other.equals(box(name))).forEach(used::add);
        });
        uses.keySet().forEach(name -> level(name, Set.of()));
    }

    private static Manifest read(Path file) {
        try (var in = Files.newInputStream(file)) {
            return new Manifest(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> packages(Manifest manifest, String header) {
        String value = manifest.getMainAttributes().getValue(header);
        return value == null ? Stream.of() : Stream.of(value.replaceAll("\"[^\"]*\"", "").split(",")).map(clause -> clause.split(";")[0].strip());
    }

    private static String box(String bundle) {
        String name = bundle.substring("org.refract.".length());
        String kind = name.split("\\.")[0];
        return KINDS.contains(kind) && name.contains(".") ? kind + ".*" : name;
    }

    private int level(String name, Set<String> above) {
        if (above.contains(name)) {
            throw new IllegalStateException(name + " stands on itself, through " + above);
        }
        if (!levels.containsKey(name)) {
            Set<String> here = Stream.concat(above.stream(), Stream.of(name)).collect(Collectors.toSet());
            levels.put(name, uses.get(name).stream().mapToInt(used -> level(used, here) + 1).max().orElse(0));
        }
        return levels.get(name);
    }

    /** Whether a box stands on another one through a third. */
    private boolean isThroughOthers(String from, String to) {
        return uses.get(from).stream().anyMatch(between -> !between.equals(to) && reaches(between, to));
    }

    private boolean reaches(String from, String to) {
        return from.equals(to) || uses.get(from).stream().anyMatch(next -> reaches(next, to));
    }

    private String svg() {
        int top = levels.values().stream().mapToInt(level -> level).max().orElse(0);
        List<List<String>> rows = Stream.iterate(top, level -> level >= 0, level -> level - 1)
                .map(level -> uses.keySet().stream().filter(name -> levels.get(name) == level).toList()).toList();
        int width = rows.stream().mapToInt(List::size).max().orElse(1) * (BOX + GAP) + GAP;
        Map<String, int[]> places = new HashMap<>();
        for (int y = 0; y < rows.size(); y++) {
            List<String> row = rows.get(y);
            for (int x = 0; x < row.size(); x++) {
                places.put(row.get(x), new int[] {(width - row.size() * (BOX + GAP) + GAP) / 2 + x * (BOX + GAP), GAP + y * ROW});
            }
        }
        StringBuilder svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"14\">%n"
                .formatted(width, GAP + rows.size() * ROW));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        uses.forEach((from, used) -> used.stream().filter(to -> !isThroughOthers(from, to)).forEach(to -> svg.append(
                "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#99a\"/><!-- %s on %s -->%n".formatted(places.get(from)[0] + BOX / 2,
                        places.get(from)[1] + HEIGHT, places.get(to)[0] + BOX / 2, places.get(to)[1], from, to))));
        places.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(place -> svg.append(
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"#eef2fa\" stroke=\"#446\"/>%n".formatted(place.getValue()[0],
                        place.getValue()[1], BOX, HEIGHT)
                        + "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n".formatted(place.getValue()[0] + BOX / 2, place.getValue()[1] + 22,
                                place.getKey())));
        return svg.append("</svg>\n").toString();
    }
}
