package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.model.Site;
import org.refract.engine.intervene.MaskText;
import picocli.CommandLine;

class FeatureChangeTest {
    @CommandLine.Command
    static final class Holder {
        @CommandLine.ArgGroup(exclusive = false, multiplicity = "1..*")
        java.util.List<FeatureChange> changes;
    }

    private static Intervention read(String... arguments) throws RefractException {
        return CommandLine.populateCommand(new Holder(), arguments).changes.getFirst().intervention();
    }

    @Test
    void anAreaPaintedInTheWindowIsReadExactly() throws RefractException {
        Intervention.Mask painted = new Intervention.Mask(2, 3, new float[] {0, 1, 0, 1, 1, 0});
        Intervention change = read("--feature", "unet.mid_block.attentions.0#1+5@" + MaskText.of(painted) + "/0-1");
        assertArrayEquals(painted.weights(), change.mask().orElseThrow().weights());
        assertEquals(1, change.lastStep());
    }

    @Test
    void theShortFormSaysAll() throws RefractException {
        Intervention change = read("--feature", "unet.mid_block.attentions.0:output#123+2.5@0.5,0,0.5,1/1-3");
        assertEquals("unet.mid_block.attentions.0", change.feature().point().path());
        assertEquals(Site.OUTPUT, change.feature().point().site());
        assertEquals(123, change.feature().latent());
        assertEquals(Mode.ADD, change.mode());
        assertEquals(2.5, change.strength());
        assertEquals(1, change.firstStep());
        assertEquals(3, change.lastStep());
        float[] weights = change.mask().orElseThrow().weights();
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i];
            assertEquals(i % 64 < 32 ? 0f : 1f, weights[i]);
        }
        assertEquals(weights.length / 2.0, sum);
    }

    @Test
    void aPlainFeatureIsScaledByTwoEverywhereAndAlways() throws RefractException {
        Intervention change = read("--feature", "unet.mid_block.attentions.0#7");
        assertEquals(Mode.SCALE, change.mode());
        assertEquals(2, change.strength());
        assertTrue(change.mask().isEmpty());
        assertEquals(Integer.MAX_VALUE, change.lastStep());
    }

    @Test
    void longOptionsSayTheSame() throws RefractException {
        Intervention change = read("--intervene", "unet.mid_block.attentions.0#7", "--mode", "replace", "--strength", "-1", "--area", "0,0,1,0.5", "--acting", "2");
        assertEquals(Mode.REPLACE, change.mode());
        assertEquals(-1, change.strength());
        assertEquals(2, change.firstStep());
        assertEquals(2, change.lastStep());
        assertEquals(0f, change.mask().orElseThrow().weights()[64 * 64 - 1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unet.a#7", "unet.a:output#7*0", "unet.a#7+1e-7@0.1,0.2,0.3,0.4", "unet.a#7=-2.5/3", "unet.a#7*3@0,0,1,1/0-3"})
    void oneWordSaysTheSameToTheBit(String text) throws RefractException {
        FeatureChange change = CommandLine.populateCommand(new Holder(), "--feature", text).changes.getFirst();
        Intervention again = read("--feature", change.inShort());
        assertEquals(change.intervention().feature(), again.feature());
        assertEquals(change.intervention().strength(), again.strength());
        assertEquals(change.intervention().mode(), again.mode());
        assertEquals(change.intervention().firstStep(), again.firstStep());
        assertEquals(change.intervention().lastStep(), again.lastStep());
        assertArrayEquals(change.intervention().mask().map(Intervention.Mask::weights).orElse(new float[0]),
                again.mask().map(Intervention.Mask::weights).orElse(new float[0]));
    }

    @Test
    void longOptionsBecomeOneWord() throws RefractException {
        FeatureChange change = CommandLine.populateCommand(new Holder(), "--feature", "unet.a#7", "--mode", "replace", "--strength", "-1", "--area", "0,0,1,0.5",
                "--acting", "2-3").changes.getFirst();
        assertEquals("unet.a#7=-1@0,0,1,0.5/2-3", change.inShort());
    }

    @Test
    void severalFeaturesHaveTheirOwnOptions() {
        Holder holder = CommandLine.populateCommand(new Holder(), "--feature", "a#1", "--strength", "0", "--feature", "b#2", "--mode", "add");
        assertEquals(2, holder.changes.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "123", "unet#", "unet#x", "unet#1*", "unet#1*two", "#1", "unet#1@0,0,1", "unet#1@0.6,0,0.6,1", "unet#1@a,b,c,d",
        "unet#1/3-1", "unet:nowhere#1", "unet#99999999999"})
    void whatIsNoFeatureIsRefusedWithASentence(String text) {
        RefractException refusal = assertThrows(RefractException.class, () -> read("--feature", text));
        assertEquals(2, refusal.exitCode());
    }
}
