package org.refract.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.engine.unpack.RunFolder;

/** A run may come from anybody: its report reads nothing outside it and writes nothing outside {@code report/}. */
class StrangersRunTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeRun() throws RefractException, IOException {
        new SyntheticRun(folder.resolve("run"), 10, "").write();
    }

    /** What somebody else's run could say to have files of this machine read, or written elsewhere. */
    private static Stream<Arguments> escapes() {
        String finding = "{\"kind\":\"pictures\",\"id\":\"%s\",\"title\":\"t\",\"explanation\":\"e\",\"columns\":1,\"pictures\":[{\"caption\":\"c\",\"file\":\"%s\"}]}";
        return Stream.of(Arguments.of("findings/an/pics.json", "", finding.formatted("x/../../../../outside", "secret.png")),
                Arguments.of("findings/an/pics.json", "", finding.formatted("pics", "../../../secret.png")),
                Arguments.of("findings/an/pics.json", "", finding.formatted("pics", "{absolute}")),
                Arguments.of("findings/an/pics.json", "", finding.formatted("pics", "..\\\\secret.png")),
                Arguments.of("findings/an/findings.json", "", "[\"../../../secret\"]"),
                Arguments.of("interventions/planted.json", "planted-1.png", "../../secret.png"),
                Arguments.of("interventions/planted.json", "planted-1.png", "{absolute}"));
    }

    @ParameterizedTest
    @MethodSource("escapes")
    void aRunThatNamesFilesElsewhereIsRefusedAndNothingIsWritten(String name, String said, String instead) throws IOException {
        Path secret = Files.copy(folder.resolve("run/interventions/planted-0.png"), folder.resolve("secret.png"));
        Path file = folder.resolve("run").resolve(name);
        String escape = instead.replace("{absolute}", secret.toAbsolutePath().toString());
        if (said.isEmpty()) {
            Files.createDirectories(file.getParent());
            Files.writeString(file.resolveSibling("findings.json"), "[\"pics\"]");
            Files.writeString(file, escape);
        } else {
            Files.writeString(file, Files.readString(file).replace(said, escape));
        }
        List<String> before = everything();
        RefractException refusal = assertThrows(RefractException.class, () -> new HtmlReport().write(new RunFolder(folder.resolve("run")), Monitor.silent()));
        assertTrue(refusal.getMessage().contains(file.getFileName().toString()), refusal.getMessage());
        assertEquals(before, everything());
    }

    private List<String> everything() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(f -> folder.relativize(f).toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"findings", "interventions/planted-1.png", "evaluation", "atlas/icons", "images", "saes/unet.mid_block.attentions.0/log.jsonl"})
    void aLinkThatLeadsOutOfTheRunIsRefused(String part) throws RefractException, IOException {
        Path inside = folder.resolve("run").resolve(part);
        Path outside = folder.resolve("outside");
        if (Files.exists(inside)) {
            Files.move(inside, outside);
        } else {
            Files.createDirectory(outside);
        }
        Files.createSymbolicLink(inside, outside);
        RefractException refusal = assertThrows(RefractException.class, () -> new HtmlReport().write(new RunFolder(folder.resolve("run")), Monitor.silent()));
        assertTrue(refusal.getMessage().contains("leads out of"), refusal.getMessage());
    }

    @Test
    void aRunThatIsReachedByALinkIsReadAsAnyOther() throws RefractException, IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("run"));
        assertTrue(Files.isRegularFile(new HtmlReport().write(new RunFolder(link), Monitor.silent())));
    }
}
