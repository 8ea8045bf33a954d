package org.refract.cli.command;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.cli.Within;
import org.refract.engine.draw.NumberedFiles;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureFormat;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.FolderLock;
import picocli.CommandLine.Option;

/** Where pictures go. */
final class OutputOptions {
    private static final String USUAL_PATTERN = "{prompt}-{seed}";
    private static final int LONGEST_NAME = 60;
    private static final int LONGEST_FILE = 120;
    private static final Pattern PLACE = Pattern.compile("\\{([^{}]*)\\}");
    private static final Pattern OTHER_PICTURES = Pattern.compile("(?i)\\.(gif|bmp|tiff?|avif|jxl|heic|svg|pdf)$");
    private static final Set<String> PLACES = Set.of("prompt", "seed", "index", "steps", "guidance", "width", "height", "scheduler", "model");

    @Option(names = "--out", paramLabel = "FILE|DIR", description = "A file for one picture, which replaces a picture of Refract there and nothing else, "
            + "or a folder, where names that are taken go on with -2, -3 ... (default: the current one).")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--name-pattern", paramLabel = "PATTERN", defaultValue = USUAL_PATTERN,
            description = "How files in a folder are named; also {index}, {steps}, {guidance}, {width}, {height}, {scheduler}, {model} (default: ${DEFAULT-VALUE}).")
    private String pattern = USUAL_PATTERN;

    @Option(names = "--format", paramLabel = "png|jpg|webp", description = "Of files in a folder; WebP is lossless (default: png).")
    private Optional<String> format = Optional.empty();

    @Option(names = "--quality", paramLabel = "N", description = "Of a JPEG, 1 to 100 (default: 92).")
    @Within(least = 1, most = 100)
    private Optional<Integer> quality = Optional.empty();

    @Option(names = "--no-record", description = "Do not say in the files how they were drawn.")
    private boolean silent;

    @Option(names = "--resume", description = "Leave out pictures that are there already, drawn in the same way.")
    private boolean resume;

    /**
     * Checks what was said before anything is drawn.
     *
     * @throws RefractException if it makes no sense for so many pictures
     */
    void check(int pictures) throws RefractException {
        if (format.isPresent() && PictureFormat.named(format.get()).isEmpty()) {
            throw RefractException.usage("--format is png, jpg or webp, not '%s'.", format.get());
        }
        if (silent && resume) {
            throw RefractException.usage("--resume looks at the records in pictures, which --no-record leaves out.");
        }
        Matcher places = PLACE.matcher(pattern);
        while (places.find()) {
            if (!PLACES.contains(places.group(1))) {
                throw RefractException.usage("--name-pattern knows no {%s}; there are {%s}.", places.group(1), String.join("}, {", PLACES.stream().sorted().toList()));
            }
        }
        if (pattern.isBlank() || pattern.startsWith("/") || pattern.contains("..")) {
            throw RefractException.usage("'%s' names no file in the folder: write a pattern such as {prompt}-{seed}.", pattern);
        }
        if (isFile()) {
            if (pictures > 1) {
                throw RefractException.usage("%s is one file, but there are %d pictures; name a folder.", out.get(), pictures);
            }
            if (format.isPresent() && !PictureFormat.of(out.get()).equals(PictureFormat.named(format.get()))) {
                throw RefractException.usage("%s and --format %s contradict each other.", out.get(), format.get());
            }
            checkOwn(out.get());
        } else if (out.isPresent() && !Files.isDirectory(out.get()) && (Files.exists(out.get()) || OTHER_PICTURES.matcher(out.get().toString()).find())) {
            throw RefractException.usage("%s is neither a folder nor a PNG, JPEG or WebP file.", out.get());
        }
        Path folder = isFile() ? out.get().toAbsolutePath().getParent() : out.orElse(Path.of("")).toAbsolutePath();
        while (folder.getParent() != null && !Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            folder = folder.getParent();
        }
        Optional<String> obstacle = FileFailure.obstacle(folder.resolve("picture"));
        if (obstacle.isPresent()) {
            throw RefractException.usage("Pictures cannot go to %s: %s.", out.orElse(folder), obstacle.get());
        }
        if (!Files.isWritable(folder)) {
            throw RefractException.usage("Pictures cannot go to %s: %s may not be written to; check its permissions.", out.orElse(folder), folder);
        }
    }

    /** What was said and changes nothing, a sentence each. */
    List<String> idle() {
        List<String> idle = new ArrayList<>();
        Optional<PictureFormat> written = isFile() ? PictureFormat.of(out.get()) : format.isEmpty() ? Optional.of(PictureFormat.PNG) : PictureFormat.named(format.get());
        if (quality.isPresent() && !written.equals(Optional.of(PictureFormat.JPEG))) {
            idle.add("--quality changes nothing: it is of JPEG files.");
        }
        if (isFile() && !pattern.equals(USUAL_PATTERN)) {
            idle.add("--name-pattern changes nothing: --out names the file.");
        }
        return idle;
    }

    private boolean isFile() {
        return out.isPresent() && PictureFormat.of(out.get()).isPresent() && !Files.isDirectory(out.get());
    }

    /** The file of a picture, or what it is called if that name is free; see {@link NumberedFiles}. */
    Path file(ImageRequest request, int picture, String model, int index) {
        if (isFile()) {
            return out.get();
        }
        String ending = "." + format.flatMap(PictureFormat::named).orElse(PictureFormat.PNG).ending();
        String name = PLACE.matcher(pattern).replaceAll(place -> Matcher.quoteReplacement(switch (place.group(1)) {
            case "prompt" -> plain(request.prompts().get(picture));
            case "seed" -> SeedList.text(request.seeds().get(picture));
            case "index" -> "%04d".formatted(index);
            case "steps" -> Integer.toString(request.steps());
            case "guidance" -> Double.toString(request.guidance());
            case "width" -> Integer.toString(request.width());
            case "height" -> Integer.toString(request.height());
            case "scheduler" -> plain(request.scheduler().orElse("usual"));
            default -> plain(model);
        }));
        return out.orElse(Path.of("")).resolve(name + ending);
    }

    /** Keeps a second call that draws many pictures out of the folder; none is needed for a file of its own. */
    Optional<FolderLock> lock() throws RefractException {
        return isFile() ? Optional.empty() : Optional.of(FolderLock.take(out.orElse(Path.of("")).toAbsolutePath(), "generate", "refract generate"));
    }

    /** Whether a picture gets exactly the name that was asked for. */
    boolean isNamed() {
        return isFile();
    }

    /**
     * Looks at a file that would be replaced.
     *
     * @throws RefractException if it is there and no picture of Refract
     */
    static void checkOwn(Path file) throws RefractException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && PictureFile.record(file).isEmpty()) {
            throw RefractException.usage("%s is there and does not say that Refract drew it, so it is not replaced: choose another name, or move it away.", file);
        }
    }

    /** A file beside another, such as the picture before it was refined. */
    static Path beside(Path file, String suffix) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return file.resolveSibling(dot < 0 ? name + suffix : name.substring(0, dot) + suffix + name.substring(dot));
    }

    int quality() {
        return quality.orElse(PictureFile.USUAL_QUALITY);
    }

    boolean silent() {
        return silent;
    }

    boolean resume() {
        return resume;
    }

    private static String plain(String text) {
        String plain = text.replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-|-$", "");
        String shortened = plain.substring(0, plain.offsetByCodePoints(0, Math.min(LONGEST_NAME, plain.codePointCount(0, plain.length()))));
        while (shortened.getBytes(StandardCharsets.UTF_8).length > LONGEST_FILE) {
            shortened = shortened.substring(0, shortened.offsetByCodePoints(shortened.length(), -1));
        }
        return shortened.isEmpty() ? "empty" : shortened;
    }
}
