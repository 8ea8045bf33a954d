package org.refract.analysis.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Finding;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;

class BlockRolesTest {
    private final Scope scope = Scope.open(Placement.CPU);
    private final PaintingModel model = new PaintingModel();
    private final BlockRoles roles = new BlockRoles();
    private List<Finding> findings;

    @BeforeEach
    void analyse() throws Exception {
        List<Dictionary> dictionaries = new ArrayList<>();
        for (HookPoint point : model.defaultHookPoints()) {
            List<Feature> features = IntStream.range(0, PaintingModel.WIDTH).mapToObj(f -> new Feature(f, 1, 1, 1, 0, Optional.empty())).toList();
            dictionaries.add(new Dictionary(point, new ChannelSae(scope.manager()), features));
        }
        findings = roles.run(model, dictionaries, prompts(12), Settings.of(roles.hyperparameters(), Map.of("features", "1")), Monitor.silent());
    }

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void ablationTellsBlocksApartByWhatTheyDo() {
        Finding.Table table = table("ablation");
        assertEquals(List.of("unet.colour", "unet.layout", "unet.detail", "(another seed)"), table.rows().stream().map(r -> r.getFirst()).toList());
        assertLargest(table, "colour", 0);
        assertLargest(table, "layout", 1);
        assertLargest(table, "detail", 2);
    }

    @Test
    void featuresThatMatterBeatTheirNulls() {
        Finding.Table table = table("features");
        assertEquals(6, table.rows().size());
        for (int row = 0; row < 6; row++) {
            String role = List.of("colour", "layout", "detail").get(row / 2);
            assertTrue(number(table, row, role + " × null") > 1.3, table.rows().get(row).toString());
            assertTrue(number(table, row, role + " p") < 0.01, table.rows().get(row).toString());
        }
    }

    @Test
    void picturesStandBesideTheTables() {
        assertEquals(4, pictures("ablation-pictures").pictures().size());
        assertEquals("unchanged", pictures("ablation-pictures").pictures().getFirst().caption());
        assertEquals(3, pictures("feature-pictures").pictures().size());
    }

    @Test
    void theSameSettingsGiveTheSameTables() throws Exception {
        List<Finding> before = findings;
        analyse();
        assertEquals(before.stream().filter(Finding.Table.class::isInstance).toList(), findings.stream().filter(Finding.Table.class::isInstance).toList());
    }

    @Test
    void tooFewPromptsAreRefused() {
        assertThrows(RefractException.class,
                () -> roles.run(model, List.of(), prompts(1), Settings.of(roles.hyperparameters(), Map.of()), Monitor.silent()));
        assertThrows(RefractException.class,
                () -> roles.run(model, List.of(), prompts(9), Settings.of(roles.hyperparameters(), Map.of("prompts", "1")), Monitor.silent()));
    }

    private void assertLargest(Finding.Table table, String column, int row) {
        for (int other = 0; other < 3; other++) {
            assertTrue(other == row || number(table, row, column) > 2 * number(table, other, column), column + " " + table.rows());
        }
    }

    private static double number(Finding.Table table, int row, String column) {
        return (double) table.rows().get(row).get(table.columns().indexOf(column));
    }

    private Finding.Table table(String id) {
        return findings.stream().filter(f -> f instanceof Finding.Table t && t.id().equals(id)).map(Finding.Table.class::cast).findFirst().orElseThrow();
    }

    private Finding.Pictures pictures(String id) {
        return findings.stream().filter(f -> f instanceof Finding.Pictures p && p.id().equals(id)).map(Finding.Pictures.class::cast).findFirst()
                .orElseThrow();
    }

    private static List<String> prompts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "prompt " + i).toList();
    }
}
