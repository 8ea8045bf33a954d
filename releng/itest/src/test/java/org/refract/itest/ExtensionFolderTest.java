package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Extensions as a person uses them: jars in a folder, and the commands of the installed product. */
class ExtensionFolderTest {

    private static final Path EXAMPLE = Path.of(System.getProperty("refract.example"));

    @TempDir
    private static Path recordings;

    @TempDir
    private Path user;
    private Path extensions;

    @BeforeAll
    static void recordSomeUpdates() throws Exception {
        try (Command harvest = Command.start(recordings, "harvest", "recordings", "--images", "16", "--steps", "1", "--shard", "16", "--point",
                "unet.mid_block.attentions.0")) {
            assertEquals(0, harvest.exitCode(), harvest::output);
        }
    }

    @BeforeEach
    void makeTheFolder() throws IOException {
        extensions = Files.createDirectories(user.resolve("extensions"));
    }

    @Test
    void anExtensionThatLiesThereIsListedAndTrains() throws Exception {
        Files.copy(EXAMPLE, extensions.resolve("example.jar"));
        try (Command list = refract("extensions"); Command train = train(50)) {
            assertEquals(0, list.exitCode(), list::output);
            assertTrue(list.output().lines().anyMatch(line -> line.matches(" *example-l1 +org.example.sae.l1 1\\.0\\.0 \\(example.jar\\)")), list::output);
            assertEquals(0, train.exitCode(), train::output);
            assertTrue(train.output().contains("explained"), train::output);
        }
    }

    @Test
    void removingAnExtensionEndsItsJobWithASentence() throws Exception {
        Path jar = Files.copy(EXAMPLE, extensions.resolve("example.jar"));
        try (Command train = train(10_000_000)) {
            train.await(output -> Files.exists(user.resolve("saes")));
            Files.delete(jar);
            assertEquals(1, train.exitCode(), train::output);
            assertTrue(train.output().contains("The extension org.example.sae.l1, which brings the SAE variant 'example-l1', was removed."),
                    train::output);
        }
    }

    @Test
    void whatItMadeNamesItAndSaysSoWhenItIsNotHere() throws Exception {
        Path jar = Files.copy(EXAMPLE, extensions.resolve("example.jar"));
        String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));
        try (Command train = train(50)) {
            assertEquals(0, train.exitCode(), train::output);
        }
        Path sae;
        try (Stream<Path> all = Files.walk(user.resolve("saes"))) {
            sae = all.filter(p -> p.endsWith("sae.json")).findFirst().orElseThrow();
        }
        String said = Files.readString(sae);
        for (String fact : List.of("\"extension\": \"org.example.sae.l1\"", "\"extension_version\": \"1.0.0", "\"extension_sha256\": \"" + hash + "\"")) {
            assertTrue(said.contains(fact), said);
        }
        Files.delete(jar);
        String missing = " is of the SAE variant 'example-l1', made by org.example.sae.l1 1.0.0";
        String store = recordings.resolve("recordings/store/unet.mid_block.attentions.0").toString();
        try (Command resumed = train(60); Command eval = refract("eval", sae.getParent().toString(), "--store", store);
                Command inspect = refract("inspect", sae.getParent().toString())) {
            for (Command refused : List.of(resumed, eval)) {
                assertEquals(2, refused.exitCode(), refused::output);
                assertTrue(refused.output().contains(missing) && refused.output().contains(", which is not here: put its jar into " + extensions + "."), refused::output);
            }
            assertEquals(0, inspect.exitCode(), inspect::output);
            assertTrue(inspect.output().lines().anyMatch(line -> line.matches("made by +org\\.example\\.sae\\.l1 1\\.0\\.0.*, which is not here")), inspect::output);
        }
    }

    @Test
    void installingAsksOnceRemembersTheBytesAndShowsWhenTheyChange() throws Exception {
        Path jar = Files.copy(EXAMPLE, user.resolve("example.jar"));
        Path installed = extensions.resolve("example.jar");
        try (Command nobody = refract("extensions", "install", jar.toString())) {
            nobody.answer("no");
            assertEquals(2, nobody.exitCode(), nobody::output);
            assertTrue(nobody.output().contains("An extension runs with all your rights") && nobody.output().contains("was not installed"), nobody::output);
            assertFalse(Files.exists(installed));
        }
        try (Command yes = refract("extensions", "install", jar.toString())) {
            yes.answer("y");
            assertEquals(0, yes.exitCode(), yes::output);
            assertEquals(-1, Files.mismatch(jar, installed));
        }
        try (Command again = refract("extensions", "install", jar.toString()); Command list = refract("extensions")) {
            assertEquals(0, again.exitCode(), again::output);
            assertFalse(again.output().contains("[y/N]"), again::output);
            assertEquals(0, list.exitCode(), list::output);
            assertFalse(list.output().contains("changed since"), list::output);
        }
        Path other = user.resolve("other.jar");
        WrittenExtension.named("org.example.other", "1.0.0").activator("", "").into(other);
        Files.copy(other, installed, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (Command list = refract("extensions"); Command own = refract("extensions", "remove", "topk"); Command none = refract("extensions", "install", "nothing.jar")) {
            assertEquals(0, list.exitCode(), list::output);
            assertTrue(list.output().contains("org.example.other 1.0.0 (example.jar), changed since it was installed"), list::output);
            assertEquals(2, own.exitCode(), own::output);
            assertTrue(own.output().contains("'topk' is a part of Refract (org.refract.sae.topk 0.1.0), which cannot be removed."), own::output);
            assertEquals(2, none.exitCode(), none::output);
        }
        try (Command removed = refract("extensions", "remove", "org.example.other")) {
            assertEquals(0, removed.exitCode(), removed::output);
            assertFalse(Files.exists(installed));
            assertEquals("{}", Files.readString(extensions.resolve("installed.json")).strip());
        }
    }

    @Test
    void anUnknownVariantIsRefusedWithTheKnownOnes() throws Exception {
        try (Command train = train(50)) {
            assertEquals(2, train.exitCode(), train::output);
            assertTrue(train.output().contains("There is no SAE variant 'example-l1'; there "), train::output);
        }
    }

    @Test
    void anIncompatibleOneIsRefusedByNameAndTheRestRuns() throws Exception {
        Files.copy(EXAMPLE, extensions.resolve("example.jar"));
        builtForAnotherApi(extensions.resolve("incompatible.jar"));
        try (Command list = refract("extensions")) {
            assertEquals(0, list.exitCode(), list::output);
            assertTrue(list.output().lines().anyMatch(line -> line.startsWith("refused: org.example.incompatible 1.0.0 (incompatible.jar): It was built for org.refract.api")
                    && line.endsWith(" 2.0, this Refract has 1.0.")), list::output);
            assertTrue(list.output().contains("example-l1"), list::output);
            assertFalse(list.output().contains("Exception"), list::output);
        }
    }

    @Test
    void oneThatThrowsIsRefusedByNameAndTheRestRuns() throws Exception {
        Files.copy(EXAMPLE, extensions.resolve("example.jar"));
        throwingAtItsStart(extensions.resolve("throwing.jar"));
        Files.writeString(extensions.resolve("damaged.jar"), "this is no jar");
        try (Command list = refract("extensions")) {
            assertEquals(0, list.exitCode(), list::output);
            assertTrue(list.output().lines().anyMatch(line -> line.startsWith("refused: org.example.throwing (throwing.jar): It failed when it was started")
                    && line.contains("broken on purpose")), list::output);
            assertTrue(list.output().contains("refused: damaged.jar: It is not an OSGi bundle, or it is damaged;"), list::output);
            assertTrue(list.output().contains("example-l1"), list::output);
            assertFalse(list.output().contains("\tat "), list::output);
        }
    }

    private Command refract(String... arguments) throws IOException {
        return Command.start(Product.program(), user, Map.of("REFRACT_EXTENSIONS", extensions.toString()), arguments);
    }

    private Command train(int steps) throws IOException {
        return refract("train", recordings.resolve("recordings/store/unet.mid_block.attentions.0").toString(), "--out", "saes", "--variant",
                "example-l1", "--latents", "64", "--batch", "64", "--steps", Integer.toString(steps));
    }

    /** The example, as if it had been built for version 2.0 of the API. */
    private static void builtForAnotherApi(Path jar) throws IOException {
        try (JarFile example = new JarFile(EXAMPLE.toFile())) {
            Manifest manifest = new Manifest(example.getManifest());
            Attributes headers = manifest.getMainAttributes();
            headers.putValue("Bundle-SymbolicName", "org.example.incompatible");
            headers.putValue("Import-Package", headers.getValue("Import-Package").replace("[1.0,1.1)", "[2.0,2.1)"));
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
                for (JarEntry entry : example.stream().filter(e -> !e.isDirectory() && !e.getName().equals(JarFile.MANIFEST_NAME)).toList()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    example.getInputStream(entry).transferTo(out);
                }
            }
        }
    }

    /** A bundle whose activator throws. */
    private static void throwingAtItsStart(Path jar) throws IOException {
        ClassDesc activator = ClassDesc.of("org.example.throwing.Activator");
        ClassDesc exception = ClassDesc.of("java.lang.IllegalStateException");
        MethodTypeDesc context = MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of("org.osgi.framework.BundleContext"));
        byte[] code = ClassFile.of().build(activator, type -> type
                .withFlags(ClassFile.ACC_PUBLIC)
                .withInterfaceSymbols(ClassDesc.of("org.osgi.framework.BundleActivator"))
                .withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, ClassFile.ACC_PUBLIC, body -> body
                        .aload(0).invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void).return_())
                .withMethodBody("start", context, ClassFile.ACC_PUBLIC, body -> body
                        .new_(exception).dup().ldc("broken on purpose")
                        .invokespecial(exception, ConstantDescs.INIT_NAME, MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String))
                        .athrow())
                .withMethodBody("stop", context, ClassFile.ACC_PUBLIC, body -> body.return_()));
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "org.example.throwing");
        headers.putValue("Bundle-Activator", "org.example.throwing.Activator");
        headers.putValue("Import-Package", "org.osgi.framework");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry("org/example/throwing/Activator.class"));
            out.write(code);
        }
    }
}
