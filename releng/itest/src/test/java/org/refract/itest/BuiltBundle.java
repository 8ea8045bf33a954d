package org.refract.itest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a bundle's jar says about itself and what its classes say about others.
 *
 * @param name the symbolic name
 * @param imports imported package → its clause in the manifest
 * @param requires the bundles that it sees whole
 * @param ownPackages the packages of its own classes
 * @param usedPackages other packages that its classes name, java.* aside → one of the classes that does
 * @param between its own package → those of its own packages that it names
 */
record BuiltBundle(String name, Map<String, String> imports, Set<String> requires, Set<String> ownPackages,
        Map<String, String> usedPackages, Map<String, Set<String>> between) {

    private static final Pattern CLAUSE = Pattern.compile("(?:[^,\"]|\"[^\"]*\")+");

    static BuiltBundle read(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            Set<String> own = new TreeSet<>();
            Map<String, String> used = new TreeMap<>();
            Map<String, Set<String>> between = new TreeMap<>();
            for (var entry : file.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
                ClassModel type;
                try (var in = file.getInputStream(entry)) {
                    type = ClassFile.of().parse(in.readAllBytes());
                }
                String here = type.thisClass().asSymbol().packageName();
                own.add(here);
                for (PoolEntry constant : type.constantPool()) {
                    named(constant).filter(name -> !name.isEmpty() && !name.startsWith("java."))
                            .forEach(name -> {
                                used.putIfAbsent(name, type.thisClass().asInternalName().replace('/', '.'));
                                between.computeIfAbsent(here, from -> new TreeSet<>()).add(name);
                            });
                }
            }
            own.forEach(used::remove);
            between.forEach((from, named) -> {
                named.retainAll(own);
                named.remove(from);
            });
            return new BuiltBundle(header(manifest, "Bundle-SymbolicName").map(BuiltBundle::path).orElseThrow(),
                    clauses(manifest, "Import-Package").collect(Collectors.toMap(BuiltBundle::path, clause -> clause)),
                    clauses(manifest, "Require-Bundle").map(BuiltBundle::path).collect(Collectors.toSet()), own, used,
                    between);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** The packages that come back to themselves through others, each with the way; none where packages stand in layers. */
    List<String> circles() {
        Set<String> circles = new TreeSet<>();
        ownPackages.forEach(start -> follow(start, List.of(start), circles));
        return List.copyOf(circles);
    }

    private void follow(String at, List<String> way, Set<String> circles) {
        for (String next : between.getOrDefault(at, Set.of())) {
            if (next.equals(way.getFirst())) {
                circles.add(String.join(" → ", way) + " → " + next);
            } else if (next.compareTo(way.getFirst()) > 0 && !way.contains(next)) {
                follow(next, Stream.concat(way.stream(), Stream.of(next)).toList(), circles);
            }
        }
    }

    private static Stream<String> named(PoolEntry constant) {
        return switch (constant) {
            case ClassEntry type -> packageOf(type.asSymbol());
            case NameAndTypeEntry member -> packagesOf(member.type());
            default -> Stream.empty();
        };
    }

    private static Stream<String> packagesOf(Utf8Entry descriptor) {
        String text = descriptor.stringValue();
        if (!text.startsWith("(")) {
            return packageOf(ClassDesc.ofDescriptor(text));
        }
        MethodTypeDesc method = MethodTypeDesc.ofDescriptor(text);
        return Stream.concat(Stream.of(method.returnType()), method.parameterList().stream()).flatMap(BuiltBundle::packageOf);
    }

    private static Stream<String> packageOf(ClassDesc type) {
        ClassDesc element = type;
        while (element.isArray()) {
            element = element.componentType();
        }
        return element.isPrimitive() ? Stream.empty() : Stream.of(element.packageName());
    }

    private static Stream<String> clauses(Manifest manifest, String header) {
        return header(manifest, header).stream().flatMap(value -> CLAUSE.matcher(value).results()).map(MatchResult::group).map(String::strip);
    }

    private static Optional<String> header(Manifest manifest, String name) {
        return Optional.ofNullable(manifest.getMainAttributes().getValue(name));
    }

    private static String path(String clause) {
        return clause.split(";")[0].strip();
    }
}
