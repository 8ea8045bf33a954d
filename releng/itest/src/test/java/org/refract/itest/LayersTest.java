package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayersTest {

    private static final String TEST_KIT = "org.refract.tck";

    private static List<BuiltBundle> bundles;

    @BeforeAll
    static void readTheProductsBundlesAndTheTestKit() throws IOException {
        List<BuiltBundle> read = new ArrayList<>();
        try (var files = Files.list(Product.folder().resolve("bundles"))) {
            for (Path jar : files.filter(file -> file.getFileName().toString().startsWith("org.refract.")).sorted().toList()) {
                read.add(BuiltBundle.read(jar));
            }
        }
        read.add(BuiltBundle.read(Path.of(System.getProperty("refract.test.bundles"), TEST_KIT + ".jar")));
        bundles = List.copyOf(read);
    }

    @TestFactory
    Stream<DynamicTest> everyBundleKeepsTheRules() {
        LayerRules rules = new LayerRules(bundles);
        return bundles.stream().map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> assertEquals(List.of(), rules.brokenBy(bundle))));
    }

    @TestFactory
    Stream<DynamicTest> noPackageComesBackToItself() {
        return bundles.stream().map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> assertEquals(List.of(), bundle.circles())));
    }

    @Test
    void aCircleOfPackagesIsFound() {
        BuiltBundle circling = new BuiltBundle("org.refract.a", Map.of(), Set.of(), Set.of("a", "b", "c", "d"), Map.of(),
                Map.of("a", Set.of("b", "d"), "b", Set.of("c"), "c", Set.of("a")));
        assertEquals(List.of("a → b → c → a"), circling.circles());
    }

    @Test
    void everyBundleIsInAFeatureOrIsOneOfTests() throws IOException {
        Set<String> shipped = bundles.stream().map(BuiltBundle::name).filter(name -> !name.equals(TEST_KIT)).collect(Collectors.toSet());
        String features = Files.readString(SourceTree.folder().resolve("features/org.refract.feature/feature.xml"))
                + Files.readString(SourceTree.folder().resolve("features/org.refract.platform.feature/feature.xml"));
        for (String name : SourceTree.bundles()) {
            boolean listed = features.contains("<plugin id=\"" + name + "\"");
            assertEquals(!name.endsWith(".tests") && !name.equals(TEST_KIT), listed, () -> name + (listed ? " is in a feature" : " is in no feature"));
            assertEquals(listed, shipped.contains(name), () -> name + " in the product");
        }
    }

    @Test
    void everyLayerIsThere() {
        assertTrue(bundles.stream().map(bundle -> Layer.of(bundle.name())).toList().containsAll(List.of(Layer.values())));
    }

    @ParameterizedTest
    @CsvSource({
        "org.refract.engine, org.refract.model.sdxl, is a plug-in",
        "org.refract.engine, org.refract.tck, is for tests",
        "org.refract.sae.topk, org.refract.tck, is for tests",
        "org.refract.cli, org.refract.tck, is for tests",
        "org.refract.tck, org.refract.sae.topk, is a plug-in that may be absent",
        "org.refract.tck, org.refract.cli, is a layer above",
        "org.refract.engine, org.refract.cli, is a layer above",
        "org.refract.engine, org.refract.nn.layer, is a layer above",
        "org.refract.nn, org.refract.model.sdxl, is a plug-in that may be absent",
        "org.refract.pictures, org.refract.engine.file, is a layer above",
        "org.refract.api, org.refract.engine.kernel, is a layer above",
        "org.refract.sae.topk, org.refract.model.sdxl, never knows another plug-in",
        "org.refract.sae.topk, org.refract.cli, is a layer above",
        "org.refract.cli, org.refract.sae.topk, is a plug-in that may be absent",
        "org.refract.workbench, org.refract.engine.internal, is internal to",
        "org.refract.engine, org.eclipse.swt.widgets, only faces draw",
    })
    void aForbiddenImportIsFound(String bundle, String imported, String reason) {
        BuiltBundle breaking = bundle(bundle, Map.of(imported, imported + ";version=\"[1.0,2)\""), Map.of());
        assertBroken(breaking, imported, reason);
    }

    @Test
    void anImportOfAnyVersionIsFound() {
        BuiltBundle breaking = bundle("org.refract.cli", Map.of("org.refract.api", "org.refract.api"), Map.of());
        assertBroken(breaking, "org.refract.api", "in any version");
    }

    @Test
    void aClassThatReachesAcrossIsFoundInItsJar(@TempDir Path folder) throws IOException {
        Path jar = folder.resolve("bad.jar");
        byte[] code = ClassFile.of().build(ClassDesc.of("org.refract.sae.bad.Bad"), type -> type.withMethodBody("reach",
                MethodTypeDesc.of(ConstantDescs.CD_void), ClassFile.ACC_STATIC, body -> body
                        .invokestatic(ClassDesc.of("org.refract.model.sdxl.Anything"), "call", MethodTypeDesc.of(ConstantDescs.CD_void))
                        .return_()));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("META-INF/MANIFEST.MF"));
            out.write("Manifest-Version: 1.0\nBundle-SymbolicName: org.refract.sae.bad\n".getBytes());
            out.putNextEntry(new JarEntry("org/refract/sae/bad/Bad.class"));
            out.write(code);
        }
        BuiltBundle breaking = BuiltBundle.read(jar);
        assertBroken(breaking, "org.refract.model.sdxl (in org.refract.sae.bad.Bad)", "never knows another plug-in");
        assertBroken(breaking, "org.refract.model.sdxl (in org.refract.sae.bad.Bad)", "without importing it");
    }

    private static void assertBroken(BuiltBundle breaking, String... words) {
        List<BuiltBundle> all = new ArrayList<>(bundles);
        all.add(bundle("org.refract.engine", Map.of(), Map.of()));
        List<String> broken = new LayerRules(all).brokenBy(breaking);
        assertTrue(broken.stream().anyMatch(sentence -> Stream.of(words).allMatch(sentence::contains)), () -> "found only " + broken);
    }

    private static BuiltBundle bundle(String name, Map<String, String> imports, Map<String, String> used) {
        return new BuiltBundle(name, imports, Set.of(), Set.of(name + ".internal"), used, Map.of());
    }
}
