package org.refract.itest;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** An extension that a test writes: a bundle compiled from its source against the product's jars. */
final class WrittenExtension {

    private static final String PACKAGE = "org.example.written";
    private static final String IMPORTS = """
            import ai.djl.ndarray.NDArray;
            import ai.djl.ndarray.NDManager;
            import java.nio.file.Path;
            import java.util.*;
            import org.osgi.framework.BundleActivator;
            import org.osgi.framework.BundleContext;
            import org.refract.api.*;
            import org.refract.api.analysis.*;
            import org.refract.api.job.Monitor;
            import org.refract.api.model.*;
            import org.refract.api.sae.*;
            """;

    private final Manifest manifest = new Manifest();
    private final List<JavaFileObject> sources = new ArrayList<>();
    private final Map<String, String> components = new TreeMap<>();

    private WrittenExtension(String name, String version) {
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", name);
        headers.putValue("Bundle-Version", version);
        headers.putValue("Import-Package", "org.osgi.framework,ai.djl.ndarray,ai.djl.ndarray.types,org.refract.api,org.refract.api.analysis,"
                + "org.refract.api.command,org.refract.api.job,org.refract.api.model,org.refract.api.sae,org.refract.engine.tensor,"
                + "picocli;resolution:=optional");
    }

    static WrittenExtension named(String name, String version) {
        return new WrittenExtension(name, version);
    }

    /** An activator with these two bodies. */
    WrittenExtension activator(String start, String stop) {
        manifest.getMainAttributes().putValue("Bundle-Activator", PACKAGE + ".Activator");
        return type("Activator", "public class Activator implements BundleActivator { public void start(BundleContext c) throws Exception { " + start
                + " } public void stop(BundleContext c) throws Exception { " + stop + " } }");
    }

    /** A service: its class's body, as {@code public class NAME implements POINT { BODY }}. */
    WrittenExtension service(String name, String point, String body) {
        return service(name, point, "", body);
    }

    /** A service with further properties of its component, as XML. */
    WrittenExtension service(String name, String point, String properties, String body) {
        declare(name, point, properties);
        return type(name, "public class " + name + " implements " + point + " { " + body + " }");
    }

    /** A component of a class that is added as a {@link #type}. */
    WrittenExtension component(String name, String point) {
        declare(name, point, "");
        return this;
    }

    private void declare(String name, String point, String properties) {
        String simple = point.substring(point.lastIndexOf('.') + 1);
        components.put("OSGI-INF/" + name + ".xml", """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%1$s.%2$s">
                  %4$s
                  <service scope="%5$s"><provide interface="%3$s"/></service>
                  <implementation class="%1$s.%2$s"/>
                </scr:component>
                """.formatted(PACKAGE, name, point, properties, simple.equals("Command") ? "prototype" : "singleton"));
    }

    /** One more class. */
    WrittenExtension type(String name, String source) {
        sources.add(new SimpleJavaFileObject(URI.create("string:///" + PACKAGE.replace('.', '/') + "/" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return "package " + PACKAGE + ";\n" + IMPORTS + source;
            }
        });
        return this;
    }

    /** Compiles it and writes the jar, beside its place and renamed, as an installer does. */
    Path into(Path jar) throws IOException {
        if (!components.isEmpty()) {
            manifest.getMainAttributes().putValue("Service-Component", String.join(",", components.keySet()));
            manifest.getMainAttributes().putValue("Require-Capability", "osgi.extender;filter:=\"(osgi.extender=osgi.component)\"");
        }
        Path classes = Files.createTempDirectory(jar.toAbsolutePath().getParent().getParent(), "classes");
        compile(classes);
        Path arriving = jar.resolveSibling(jar.getFileName() + ".part");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(arriving), manifest); var files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
                out.write(Files.readAllBytes(file));
            }
            for (var component : components.entrySet()) {
                out.putNextEntry(new JarEntry(component.getKey()));
                out.write(component.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return Files.move(arriving, jar);
    }

    private void compile(Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath(classes.resolveSibling("nested")));
            if (!compiler.getTask(said, files, null, List.of("-nowarn", "-proc:none"), null, sources).call()) {
                throw new AssertionError(said + sources.stream().map(WrittenExtension::text).collect(Collectors.joining("\n")));
            }
        }
    }

    private static String text(JavaFileObject source) {
        try {
            return source.getCharContent(true).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The product's jars, those inside its bundles among them. */
    private static List<Path> classPath(Path nested) throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String folder : List.of("bundles", "lib")) {
            try (var files = Files.list(Product.folder().resolve(folder))) {
                jars.addAll(files.filter(file -> file.toString().endsWith(".jar")).toList());
            }
        }
        Files.createDirectories(nested);
        try (var bundles = Files.list(Product.folder().resolve("bundles"))) {
            for (Path bundle : bundles.filter(file -> file.getFileName().toString().startsWith("org.refract.djl")).toList()) {
                jars.addAll(inside(bundle, nested));
            }
        }
        return jars;
    }

    private static List<Path> inside(Path bundle, Path nested) throws IOException {
        if (Files.isDirectory(bundle)) {
            try (var files = Files.list(bundle.resolve("lib"))) {
                return files.toList();
            }
        }
        List<Path> jars = new ArrayList<>();
        try (var file = new java.util.jar.JarFile(bundle.toFile())) {
            for (JarEntry entry : file.stream().filter(e -> e.getName().matches("lib/[^/]+\\.jar")).toList()) {
                Path jar = nested.resolve(Path.of(entry.getName()).getFileName());
                if (!Files.exists(jar)) {
                    try (var in = file.getInputStream(entry)) {
                        Files.copy(in, jar);
                    }
                }
                jars.add(jar);
            }
        }
        return jars;
    }
}
