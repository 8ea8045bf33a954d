package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.progress.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.IGetter;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Every option of every command that takes a number has a range, and a number out of it is refused before the command begins. */
class RangesTest {

    private static final Set<Class<?>> INTEGERS = Set.of(int.class, Integer.class, long.class, Long.class);
    private static final Set<Class<?>> NUMBERS = Set.of(double.class, Double.class, float.class, Float.class);
    /** Any integer is a seed. */
    private static final String SEED = "--seed";

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> aNumberOutOfItsRangeIsRefused() throws Exception {
        BundleContext context = FrameworkUtil.getBundle(RangesTest.class).getBundleContext();
        List<DynamicTest> tests = new ArrayList<>();
        Set<String> options = new TreeSet<>();
        for (ServiceReference<Command> reference : context.getServiceReferences(Command.class, "(" + Commands.GROUP + "=*)")) {
            var objects = context.getServiceObjects(reference);
            Command command = objects.getService();
            collect(new CommandLine(command), tests, options);
            objects.ungetService(command);
        }
        assertTrue(options.containsAll(Set.of("--steps", "--batch", "--images", "--limit", "--size", "--passes", "--guidance", "--image-strength", "--latents", "--expansion")), options::toString);
        return tests.stream();
    }

    private static void collect(CommandLine line, List<DynamicTest> tests, Set<String> options) {
        for (OptionSpec option : line.getCommandSpec().options()) {
            Class<?> type = option.auxiliaryTypes()[0];
            if (type == String.class && Ranges.of(option).isPresent()) {
                options.add(Ranges.name(option));
                tests.add(DynamicTest.dynamicTest(line.getCommandName() + " " + Ranges.name(option), () -> holdsForEach(option)));
            }
            if ((INTEGERS.contains(type) || NUMBERS.contains(type)) && !Ranges.name(option).equals(SEED)) {
                options.add(Ranges.name(option));
                tests.add(DynamicTest.dynamicTest(line.getCommandName() + " " + Ranges.name(option), () -> holds(option, INTEGERS.contains(type))));
            }
        }
        line.getSubcommands().values().forEach(sub -> collect(sub, tests, options));
    }

    private static void holds(OptionSpec option, boolean integers) throws Exception {
        Within range = Ranges.of(option).orElseThrow(() -> new AssertionError(Ranges.name(option) + " has no range"));
        refuses(option, plain(range.above() ? range.least() : range.least() - 1));
        refuses(option, plain(range.most() + 1));
        assertDoesNotThrow(() -> Ranges.check(alone(option).parseArgs(Ranges.name(option) + "=" + plain(range.most()))));
        if (!range.above()) {
            assertDoesNotThrow(() -> Ranges.check(alone(option).parseArgs(Ranges.name(option) + "=" + plain(range.least()))));
        }
        if (integers) {
            assertThrows(ParameterException.class, () -> alone(option).parseArgs(Ranges.name(option) + "=99999999999999999999"));
        } else {
            refuses(option, "NaN");
            refuses(option, "Infinity");
            refuses(option, "-Infinity");
        }
    }

    /** What an option takes as a text is refused by its command, in a sentence, before any work. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "train | --grid | k", "train | --grid | k=", "train | --grid | k=5,,10", "train | --grid | k=5,0", "train | --grid | k=5,-1",
            "train | --grid | k=five", "train | --grid | nothing=1,2", "train | --grid | =5", "train | --grid | lr=0.1,NaN",
            "train | --grid | lr=1e-3,-1", "train | --expansion | 0", "train | --expansion | -1", "train | --expansion | NaN",
            "train | --expansion | Infinity", "train | --expansion | 1,,2", "train | --expansion | two", "train | --expansion | 1e9",
            "train | --expansion | \"\"", "train | --expansion | 0.001", "train | --latents | 0", "train | --latents | -8",
            "train | --latents | 1.5", "train | --latents | many", "train | --latents | 8,", "train | --latents | 99999999999",
            "train | --latents | NaN", "train | --latents | 16777217", "harvest | --part | 0/2", "harvest | --part | 3/2", "harvest | --part | 1",
            "harvest | --part | 1/0", "harvest | --part | -1/2", "harvest | --part | 1/2/3", "harvest | --part | a/b", "harvest | --part | \"\"",
            "harvest | --part | 1/99999999999", "harvest | --part | /", "harvest | --size | 0", "harvest | --size | -64", "harvest | --size | 8193",
            "harvest | --size | 64x64", "harvest | --size | big", "generate | --size | 0", "generate | --size | -64", "generate | --size | 64x",
            "generate | --size | x64", "generate | --size | 64x64x64", "generate | --size | 8193x64", "generate | --size | 64.5",
            "generate | --size | big", "generate | --size | \"\"", "generate | --size | 99999999999x64"})
    void aTextThatIsNoneOfAnOptionIsRefusedInASentence(String command, String option, String value) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(switch (command) {
            case "train" -> List.of("--synthetic", "width=8,features=16,active=2", "--variant", "topk", "--steps", "1", "--set", "k=3",
                    "--set", "auxk=4", "--out", folder.resolve("out").toString());
            case "harvest" -> List.of(folder.resolve("out").toString(), "--images", "2", "--steps", "1");
            default -> List.of("a heart", "--steps", "1", "--out", folder.resolve("out/a.png").toString());
        });
        words.add(option + "=" + value);
        StringWriter err = new StringWriter();
        assertEquals(RefractException.USAGE, refract(words, err), () -> words + ": " + err);
        List<String> said = err.toString().lines().filter(line -> line.startsWith("refract: ")).toList();
        assertEquals(1, said.size(), () -> words + ": " + err);
        assertTrue(said.getFirst().endsWith(".") && !err.toString().contains("Exception") && !err.toString().contains("\tat "), () -> words + ": " + err);
        String setting = "'" + value.replaceFirst("=.*", "") + "'";
        assertTrue(said.getFirst().contains(option) || said.getFirst().contains(setting), () -> words + ": " + err);
        assertFalse(Files.exists(folder.resolve("out")), () -> words + " left something");
    }

    @Test
    void theSameCommandTrainsWithRightTexts() throws Exception {
        StringWriter err = new StringWriter();
        List<String> words = List.of("train", "--synthetic", "width=8,features=16,active=2", "--variant", "topk", "--steps", "1", "--batch", "16",
                "--set", "k=3", "--set", "auxk=4", "--out", folder.resolve("out").toString(), "--grid=lr=0.1,0.2", "--latents=16,32");
        assertEquals(0, refract(words, err), err::toString);
    }

    private static int refract(List<String> words, StringWriter err) throws Exception {
        BundleContext context = FrameworkUtil.getBundle(RangesTest.class).getBundleContext();
        ServiceReference<Command> reference = context.getServiceReferences(Command.class, "(" + Commands.NAME + "=" + words.getFirst() + ")")
                .iterator().next();
        ServiceObjects<Command> objects = context.getServiceObjects(reference);
        Command command = objects.getService();
        try {
            return new CommandLineRun(new Commands(List.of(new CommandSource("test", "test", command)), List.of(), () -> {
            }), new PrintWriter(new StringWriter()), new PrintWriter(err), new Terminal(false, 100, 24)).run(words.toArray(String[]::new));
        } finally {
            objects.ungetService(command);
        }
    }

    /** A list is refused for any number in it; a word in it is left to the command. */
    private static void holdsForEach(OptionSpec option) {
        Within range = Ranges.of(option).orElseThrow();
        refuses(option, "2," + plain(range.most() + 1));
        refuses(option, "2147483647");
        refuses(option, "0,2");
        assertDoesNotThrow(() -> Ranges.check(alone(option).parseArgs(Ranges.name(option) + "=2,word," + plain(range.most()))));
    }

    private static void refuses(OptionSpec option, String value) {
        RefractException refused = assertThrows(RefractException.class, () -> Ranges.check(alone(option).parseArgs(Ranges.name(option) + "=" + value)));
        assertEquals(RefractException.USAGE, refused.exitCode());
        assertTrue(refused.getMessage().matches(Ranges.name(option) + " must be an? (integer|number) .*, not \\S+\\."), refused.getMessage());
    }

    /** A place for a value that nobody asks for. */
    private static final class Unkept implements IGetter, ISetter {
        @Override
        public <T> T get() {
            return null;
        }

        @Override
        public <T> T set(T value) {
            return value;
        }
    }

    /** A command of this option alone, whatever else its own command needs. */
    private static CommandLine alone(OptionSpec option) {
        CommandSpec spec = CommandSpec.create();
        Unkept unkept = new Unkept();
        spec.addOption(OptionSpec.builder(option).required(false).getter(unkept).setter(unkept).build());
        return new CommandLine(spec);
    }

    private static String plain(double value) {
        return new BigDecimal(value).toPlainString();
    }
}
