import aQute.bnd.component.DSAnnotations;
import aQute.bnd.osgi.Analyzer;
import aQute.bnd.osgi.Jar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.reflect.AccessFlag;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/**
 * The short way from a changed line to a tested one: compiles the bundles whose sources changed since they went into the built product, puts them
 * there, and leaves everything else as Maven made it. The build that counts is Maven's; this one only saves waiting for it.
 *
 * <p>A bundle is compiled when the bytes of its sources are not those of its jar, and when what a bundle below it shows to others has changed.
 */
final class Dev {

    /**
     * Every warning is an error, but for three kinds: annotations that a library names and does not ship; a resource of {@code try} that is opened only to be
     * closed (locks, scopes); calls of native code, which are few and known.
     */
    private static final String LINT = "-Xlint:all,-classfile,-try,-restricted";

    private static final String QUALIFIER = ".qualifier";

    /** Lies among the test bundles, as they use it and the product does not. */
    private static final String TEST_KIT = "org.refract.tck";

    /** The stamp of a bundle that sees what was changed below it. */
    private static final String OUTDATED = "outdated";

    private final Path root;
    private final Path repository;
    private final Path product;
    private final Path tests;
    private final Path work;
    private final Map<String, Path> sources = new TreeMap<>();

    private Dev(Path root, Path repository) throws IOException {
        this.root = root;
        this.repository = repository;
        this.product = root.resolve("releng/product/target/product");
        this.tests = root.resolve("releng/itest/target/test-bundles");
        this.work = Files.createDirectories(root.resolve("releng/product/target/dev"));
        try (var bundles = Files.list(root.resolve("bundles"))) {
            bundles.filter(bundle -> Files.exists(bundle.resolve("META-INF/MANIFEST.MF")))
                    .forEach(bundle -> sources.put(bundle.getFileName().toString(), bundle));
        }
    }

    public static void main(String[] args) throws IOException {
        Dev dev = new Dev(Path.of(args[0]).toAbsolutePath().normalize(), Path.of(args[1]));
        boolean all = List.of(args).contains("--all");
        System.exit(dev.compile(all) ? 0 : 1);
    }

    private boolean compile(boolean all) throws IOException {
        copyProductFiles();
        Set<String> changed = new TreeSet<>();
        List<String> order = inOrder();
        for (String name : order) {
            String hash = hashOf(name);
            if (!all && isBuilt(name, hash)) {
                continue;
            }
            Map<String, String> shownBefore = Files.exists(jarOf(name)) ? shown(jarOf(name)) : Map.of();
            if (!build(name)) {
                return false;
            }
            write(stampOf(name), hash);
            changed.add(name);
            Set<String> shownAnew = new TreeSet<>(shownBefore.keySet());
            Map<String, String> shownNow = shown(jarOf(name));
            shownAnew.removeIf(type -> shownBefore.get(type).equals(shownNow.get(type)));
            for (String user : order) {
                if (uses(user).contains(name) && Files.exists(jarOf(user)) && refersTo(jarOf(user), shownAnew)) {
                    write(stampOf(user), OUTDATED);
                }
            }
        }
        dropBundlesWithoutSources();
        System.out.println(changed.isEmpty() ? "nothing changed" : "compiled " + String.join(", ", changed));
        return true;
    }

    // what belongs where

    private Path jarOf(String name) {
        return (name.endsWith(".tests") || name.equals(TEST_KIT) ? tests : product.resolve("bundles")).resolve(name + ".jar");
    }

    private Path stampOf(String name) {
        return work.resolve(name + ".sha256");
    }

    /** The bundles, those that others use first; a test fragment follows its host. */
    private List<String> inOrder() {
        List<String> order = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        sources.keySet().forEach(name -> place(name, order, seen));
        return order;
    }

    private void place(String name, List<String> order, Set<String> seen) {
        if (seen.add(name)) {
            uses(name).forEach(used -> place(used, order, seen));
            order.add(name);
        }
    }

    private final Map<String, Set<String>> uses = new HashMap<>();
    private Map<String, String> exporters;

    /** The project's own bundles whose packages a bundle imports, and its host. */
    private Set<String> uses(String name) {
        return uses.computeIfAbsent(name, key -> {
            Set<String> used = new TreeSet<>();
            String host = header(key, "Fragment-Host").split(";")[0].strip();
            if (!host.isEmpty()) {
                used.add(host);
                used.addAll(uses(host));
            }
            for (String imported : packages(header(key, "Import-Package"))) {
                String exporter = exporters().get(imported);
                if (exporter != null && !exporter.equals(key)) {
                    used.add(exporter);
                }
            }
            used.retainAll(sources.keySet());
            return used;
        });
    }

    private Map<String, String> exporters() {
        if (exporters == null) {
            exporters = new HashMap<>();
            sources.keySet().forEach(name -> packages(header(name, "Export-Package")).forEach(exported -> exporters.put(exported, name)));
        }
        return exporters;
    }

    private static List<String> packages(String header) {
        return Stream.of(header.replaceAll("\"[^\"]*\"", "").split(",")).map(clause -> clause.split(";")[0].strip()).filter(text -> !text.isEmpty())
                .toList();
    }

    private String header(String name, String header) {
        String value = manifest(name).getMainAttributes().getValue(header);
        return value == null ? "" : value;
    }

    private Manifest manifest(String name) {
        try (var in = Files.newInputStream(sources.get(name).resolve("META-INF/MANIFEST.MF"))) {
            return new Manifest(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // whether a bundle has to be built

    private boolean isBuilt(String name, String hash) throws IOException {
        Path jar = jarOf(name);
        Path stamp = stampOf(name);
        if (!Files.exists(jar)) {
            return false;
        }
        var built = Files.getLastModifiedTime(jar);
        if (Files.exists(stamp) && Files.getLastModifiedTime(stamp).compareTo(built) >= 0) {
            return Files.readString(stamp).equals(hash);
        }
        for (Path file : filesOf(name)) {
            if (Files.getLastModifiedTime(file).compareTo(built) > 0) {
                return false;
            }
        }
        write(stamp, hash);
        return true;
    }

    private String hashOf(String name) throws IOException {
        MessageDigest digest = sha256();
        for (Path file : filesOf(name)) {
            digest.update(sources.get(name).relativize(file).toString().getBytes(StandardCharsets.UTF_8));
            digest.update(Files.readAllBytes(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private List<Path> filesOf(String name) throws IOException {
        List<Path> files = regularFiles(sources.get(name).resolve("META-INF"));
        if (!libraryNames(name).isEmpty()) {
            files.add(sources.get(name).resolve("pom.xml"));
        }
        for (Path folder : sourceFolders(name)) {
            files.addAll(regularFiles(folder));
        }
        return files;
    }

    private List<Path> sourceFolders(String name) throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newInputStream(sources.get(name).resolve("build.properties"))) {
            properties.load(in);
        }
        return Stream.of(properties.getProperty("source..").split(",")).map(folder -> sources.get(name).resolve(folder.strip()))
                .filter(Files::isDirectory).toList();
    }

    private static List<Path> regularFiles(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().collect(Collectors.toCollection(ArrayList::new));
        }
    }

    /** What the classes of a jar show to other bundles and to their tests, by the class's name: every member that is not private, without code. */
    private static Map<String, String> shown(Path jar) throws IOException {
        Map<String, String> shown = new TreeMap<>();
        for (ClassModel type : classesOf(jar)) {
            MessageDigest digest = sha256();
            digest.update((type.flags().flagsMask() + " " + type.superclass() + type.interfaces()).getBytes(StandardCharsets.UTF_8));
            Stream.concat(
                    type.fields().stream().filter(field -> !field.flags().has(AccessFlag.PRIVATE))
                            .map(field -> field.flags().flagsMask() + " " + field.fieldName() + field.fieldType() + constant(field)),
                    type.methods().stream().filter(method -> !method.flags().has(AccessFlag.PRIVATE))
                            .map(method -> method.flags().flagsMask() + " " + method.methodName() + method.methodType()))
                    .sorted().forEach(member -> digest.update(member.getBytes(StandardCharsets.UTF_8)));
            shown.put(type.thisClass().asInternalName(), HexFormat.of().formatHex(digest.digest()));
        }
        return shown;
    }

    /** Whether a class of a jar names one of some classes. A constant of another class leaves no trace where it is used, but its name mostly does. */
    private static boolean refersTo(Path jar, Set<String> names) throws IOException {
        if (names.isEmpty()) {
            return false;
        }
        for (ClassModel type : classesOf(jar)) {
            for (PoolEntry constant : type.constantPool()) {
                if (constant instanceof Utf8Entry text && names.stream().anyMatch(text.stringValue()::contains)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<ClassModel> classesOf(Path jar) throws IOException {
        List<ClassModel> classes = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (var entry : file.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
                try (var in = file.getInputStream(entry)) {
                    classes.add(ClassFile.of().parse(in.readAllBytes()));
                }
            }
        }
        return classes;
    }

    private static String constant(java.lang.classfile.FieldModel field) {
        return field.findAttribute(java.lang.classfile.Attributes.constantValue()).map(value -> value.constant().toString()).orElse("");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    // building

    private boolean build(String name) throws IOException {
        Path classes = work.resolve("classes").resolve(name);
        delete(classes);
        Files.createDirectories(classes);
        List<Path> java = new ArrayList<>();
        for (Path folder : sourceFolders(name)) {
            for (Path file : regularFiles(folder)) {
                if (file.toString().endsWith(".java")) {
                    java.add(file);
                } else {
                    Path copy = classes.resolve(folder.relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
        if (!java.isEmpty() && !compile(name, java, classes)) {
            return false;
        }
        Map<String, Path> libraries = libraries(name);
        for (String library : libraryNames(name)) {
            if (!libraries.containsKey(library) || !Files.exists(libraries.get(library))) {
                System.err.println(name + ": " + library + " comes with Maven: ./mvnw verify -DskipTests");
                return false;
            }
        }
        pack(name, classes);
        return true;
    }

    private boolean compile(String name, List<Path> java, Path classes) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new DiagnosticCollector<JavaFileObject>();
        try (var files = compiler.getStandardFileManager(messages, null, StandardCharsets.UTF_8)) {
            List<String> options = List.of("-d", classes.toString(), "-cp", classPath(name), "-proc:none", "-g", "-parameters", "--release", "25",
                    "-encoding", "UTF-8", "-Xmaxerrs", "30", LINT, "-Werror");
            boolean done = compiler.getTask(null, files, messages, options, null, files.getJavaFileObjectsFromPaths(java)).call();
            messages.getDiagnostics().stream().filter(message -> message.getSource() != null && message.getSource().toUri().getScheme().equals("file"))
                    .forEach(message -> System.err.println(root.relativize(Path.of(message.getSource().toUri())) + ":" + message.getLineNumber() + ": "
                            + message.getMessage(null)));
            return done;
        }
    }

    private String classPath(String name) throws IOException {
        List<Path> jars = new ArrayList<>();
        if (name.endsWith(".tests")) {
            String host = header(name, "Fragment-Host").split(";")[0].strip();
            if (!host.isEmpty()) {
                jars.add(jarOf(host));
            }
        }
        for (String used : uses(name)) {
            jars.add(jarOf(used));
        }
        try (var bundles = Files.list(product.resolve("bundles"))) {
            // a library is a jar, or a folder where its natives lie unpacked
            bundles.filter(file -> !sources.containsKey(fileName(file).replace(".jar", ""))).forEach(jars::add);
        }
        jars.addAll(nestedJars());
        jars.add(product.resolve("lib/org.apache.felix.framework.jar"));
        Stream.of(System.getProperty("java.class.path").split(":")).map(Path::of).forEach(jars::add);
        return jars.stream().map(Path::toString).collect(Collectors.joining(":"));
    }

    private static String fileName(Path file) {
        return file.getFileName().toString();
    }

    private static final Pattern ARTIFACT = Pattern.compile("<artifactItem>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>\\s*"
            + "<version>([^<]+)</version>\\s*(?:<classifier>([^<]+)</classifier>\\s*)?</artifactItem>");

    /** The jars inside a bundle, as its class path names them: {@code lib/NAME.jar}. */
    private List<String> libraryNames(String name) {
        return packages(header(name, "Bundle-ClassPath")).stream().filter(entry -> entry.startsWith("lib/")).toList();
    }

    /** Where Maven keeps the jars that a bundle's pom copies into it: {@code lib/NAME.jar} → file. */
    private Map<String, Path> libraries(String name) throws IOException {
        Map<String, Path> jars = new TreeMap<>();
        if (libraryNames(name).isEmpty()) {
            return jars;
        }
        String pom = Files.readString(sources.get(name).resolve("pom.xml"));
        for (MatchResult item : ARTIFACT.matcher(pom).results().toList()) {
            String version = PROPERTY.matcher(item.group(3)).replaceAll(property -> property(pom, property.group(1)));
            String classifier = item.group(4) == null ? "" : "-" + item.group(4);
            jars.put("lib/" + item.group(2) + classifier + ".jar", repository.resolve(item.group(1).replace('.', '/')).resolve(item.group(2)).resolve(version)
                    .resolve(item.group(2) + "-" + version + classifier + ".jar"));
        }
        return jars;
    }

    private static final Pattern PROPERTY = Pattern.compile("\\$\\{([^}]+)}");

    private String property(String pom, String property) {
        try {
            return Stream.of(pom, Files.readString(root.resolve("pom.xml")))
                    .flatMap(text -> Pattern.compile("<" + Pattern.quote(property) + ">([^<]*)</").matcher(text).results()).map(found -> found.group(1))
                    .findFirst().orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The libraries inside bundles, as far as they are here. */
    private List<Path> nestedJars() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String name : sources.keySet()) {
            libraries(name).values().stream().filter(Files::exists).forEach(jars::add);
        }
        return jars;
    }

    /** Writes the jar with its manifest and the components that the annotations describe. */
    private void pack(String name, Path classes) throws IOException {
        Manifest manifest = manifest(name);
        var main = manifest.getMainAttributes();
        String version = main.getValue("Bundle-Version");
        main.putValue("Bundle-Version", version.replace(QUALIFIER, ".dev"));
        Map<String, byte[]> components = components(classes, main);
        if (!components.isEmpty()) {
            main.putValue("Service-Component", String.join(",", components.keySet()));
        }
        String execution = "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=25))\"";
        String extender = "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.4.0)(!(version>=2.0.0)))\"";
        String own = main.getValue("Require-Capability");
        main.putValue("Require-Capability", Stream.of(own, components.isEmpty() ? null : extender, execution).filter(s -> s != null)
                .collect(Collectors.joining(",")));
        Path jar = jarOf(name);
        Path beside = Files.createTempFile(jar.getParent(), ".dev", null);
        try (var out = new JarOutputStream(Files.newOutputStream(beside), manifest)) {
            for (Path file : regularFiles(classes)) {
                out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
            Path meta = sources.get(name).resolve("META-INF");
            for (Path file : regularFiles(meta)) {
                if (!file.endsWith("MANIFEST.MF")) {
                    out.putNextEntry(new ZipEntry("META-INF/" + meta.relativize(file)));
                    Files.copy(file, out);
                }
            }
            Map<String, Path> libraries = libraries(name);
            for (String library : libraryNames(name)) {
                out.putNextEntry(new ZipEntry(library));
                Files.copy(libraries.get(library), out);
            }
            for (var component : components.entrySet()) {
                out.putNextEntry(new ZipEntry(component.getKey()));
                out.write(component.getValue());
            }
        }
        Files.move(beside, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Map<String, byte[]> components(Path classes, java.util.jar.Attributes main) throws IOException {
        Map<String, byte[]> components = new TreeMap<>();
        try (Analyzer analyzer = new Analyzer(new Jar("classes", classes.toFile()))) {
            analyzer.setProperty("Bundle-SymbolicName", main.getValue("Bundle-SymbolicName"));
            analyzer.setProperty("-dsannotations", "*");
            analyzer.setProperty("-noimportjava", "true");
            for (Path library : nestedJars()) {
                analyzer.addClasspath(library.toFile());
            }
            analyzer.addBasicPlugin(new DSAnnotations());
            analyzer.calcManifest();
            for (var resource : analyzer.getJar().getResources().entrySet()) {
                if (resource.getKey().startsWith("OSGI-INF/")) {
                    try (var in = resource.getValue().openInputStream()) {
                        components.put(resource.getKey(), in.readAllBytes());
                    }
                }
            }
            analyzer.getErrors().forEach(System.err::println);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return components;
    }

    private void dropBundlesWithoutSources() throws IOException {
        for (Path folder : List.of(product.resolve("bundles"), tests)) {
            try (var jars = Files.list(folder)) {
                for (Path jar : jars.filter(file -> fileName(file).matches(folder == tests ? "org\\.refract\\..*\\.tests\\.jar" : "org\\.refract\\..*\\.jar")).toList()) {
                    if (!Files.isDirectory(root.resolve("bundles").resolve(fileName(jar).replace(".jar", "")))) {
                        Files.delete(jar);
                        System.out.println("removed " + fileName(jar));
                    }
                }
            }
        }
    }

    private void copyProductFiles() throws IOException {
        Path from = root.resolve("releng/product/src/main/product");
        for (Path file : regularFiles(from)) {
            Path to = product.resolve(from.relativize(file));
            if (!Files.exists(to) || Files.mismatch(file, to) >= 0) {
                Files.createDirectories(to.getParent());
                Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
