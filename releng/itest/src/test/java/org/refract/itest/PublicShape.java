package org.refract.itest;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a bundle promises to others, line by line: its exported packages with their versions, their public types, and what of those can be used. */
final class PublicShape {

    private static final Pattern EXPORT = Pattern.compile("([\\w.]+);version=\"([^\"]+)\"");

    private PublicShape() {}

    static List<String> of(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            List<MatchResult> exports = EXPORT.matcher(file.getManifest().getMainAttributes().getValue("Export-Package")).results().toList();
            Set<String> packages = exports.stream().map(export -> export.group(1)).collect(Collectors.toSet());
            List<String> lines = new ArrayList<>(exports.stream().map(export -> "package " + export.group(1) + " " + export.group(2)).sorted().toList());
            for (var entry : file.stream().filter(e -> e.getName().endsWith(".class")).sorted((a, b) -> a.getName().compareTo(b.getName())).toList()) {
                ClassModel type;
                try (var in = file.getInputStream(entry)) {
                    type = ClassFile.of().parse(in.readAllBytes());
                }
                if (packages.contains(type.thisClass().asSymbol().packageName()) && isSeen(type.flags().flags())) {
                    lines.addAll(of(type));
                }
            }
            return lines;
        }
    }

    private static List<String> of(ClassModel type) {
        String supers = type.findAttribute(Attributes.signature()).map(signature -> signature.signature().stringValue())
                .orElseGet(() -> Stream.concat(type.superclass().stream(), type.interfaces().stream()).map(above -> above.asSymbol().displayName())
                        .collect(Collectors.joining(" ")));
        String permitted = type.findAttribute(Attributes.permittedSubclasses()).map(sealed -> sealed.permittedSubclasses().stream()
                .map(below -> below.asSymbol().displayName()).sorted().collect(Collectors.joining(" ", " permits ", ""))).orElse("");
        List<String> lines = new ArrayList<>(List.of(words(type.flags().flags()) + " " + type.thisClass().asInternalName().replace('/', '.') + " : " + supers
                + permitted));
        Stream<String> fields = type.fields().stream().filter(field -> isSeen(field.flags().flags())).map(field -> of(type, field));
        Stream<String> methods = type.methods().stream().filter(method -> isSeen(method.flags().flags())).map(method -> of(type, method));
        Stream.concat(fields, methods).sorted().forEach(lines::add);
        return lines;
    }

    private static String of(ClassModel owner, FieldModel field) {
        String constant = field.findAttribute(Attributes.constantValue()).map(value -> " = " + value.constant().constantValue()).orElse("");
        String type = field.findAttribute(Attributes.signature()).map(signature -> signature.signature().stringValue())
                .orElseGet(() -> ClassDesc.ofDescriptor(field.fieldType().stringValue()).displayName());
        return "  " + words(field.flags().flags()) + " " + owner.thisClass().asSymbol().displayName() + "." + field.fieldName().stringValue() + " " + type + constant;
    }

    private static String of(ClassModel owner, MethodModel method) {
        String type = method.findAttribute(Attributes.signature()).map(signature -> signature.signature().stringValue())
                .orElseGet(() -> method.methodTypeSymbol().displayDescriptor());
        String thrown = method.findAttribute(Attributes.exceptions()).map(exceptions -> exceptions.exceptions().stream()
                .map(exception -> exception.asSymbol().displayName()).collect(Collectors.joining(" ", " throws ", ""))).orElse("");
        return "  " + words(method.flags().flags()) + " " + owner.thisClass().asSymbol().displayName() + "." + method.methodName().stringValue() + " " + type + thrown;
    }

    /** Whether others can use what has these flags, and a person wrote it. */
    private static boolean isSeen(Set<AccessFlag> flags) {
        return !flags.contains(AccessFlag.SYNTHETIC) && (flags.contains(AccessFlag.PUBLIC) || flags.contains(AccessFlag.PROTECTED));
    }

    private static String words(Set<AccessFlag> flags) {
        return flags.stream().filter(flag -> flag != AccessFlag.SUPER).map(flag -> flag.name().toLowerCase(Locale.ROOT)).sorted().collect(Collectors.joining(" "));
    }
}
