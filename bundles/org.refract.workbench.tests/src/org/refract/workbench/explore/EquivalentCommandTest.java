package org.refract.workbench.explore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.intervene.MaskText;
import org.refract.workbench.picture.PaintedMask;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.ShellWord;
import org.refract.workbench.subject.SubjectInfo;

class EquivalentCommandTest {
    private static final HookPoint POINT = new HookPoint("unet.mid_block.attentions.0", Site.UPDATE);
    private static final DrawRequest REQUEST = new DrawRequest("a red cat", 7, 4, 2.5, List.of());

    private static SubjectInfo subject(Optional<Path> run, Placement placement) {
        return new SubjectInfo(Path.of("folder"), run, Path.of("my model"), "model", placement, REQUEST, true, List.of(), List.of(), List.of());
    }

    private static String withRun(Intervention... edits) {
        return EquivalentCommand.of(subject(Optional.of(Path.of("run")), Placement.CPU), REQUEST, List.of(edits));
    }

    private static Intervention edit(Mode mode, double strength) {
        return Intervention.everywhere(new FeatureId(POINT, 12), mode, strength);
    }

    @Test
    void namesTheModelWhereThereIsNoRun() {
        assertEquals("refract generate 'a red cat' --model 'my model' --seed 7 --steps 4 --guidance 2.5",
                EquivalentCommand.of(subject(Optional.empty(), Placement.CPU), REQUEST, List.of()));
    }

    @Test
    void namesADeviceThatIsNotTheUsualOne() {
        assertEquals("refract generate 'a red cat' --run run --seed 7 --steps 4 --guidance 2.5 --device cuda:0/fp16",
                EquivalentCommand.of(subject(Optional.of(Path.of("run")), new Placement("cuda:0", Placement.DType.FP16)), REQUEST, List.of()));
    }

    @Test
    void writesEveryEdit() {
        assertEquals("refract generate 'a red cat' --run run --seed 7 --steps 4 --guidance 2.5 --feature 'unet.mid_block.attentions.0#12*0'"
                + " --feature 'unet.mid_block.attentions.0#12+-3.5'", withRun(edit(Mode.SCALE, 0), edit(Mode.ADD, -3.5)));
    }

    @Test
    void namesASiteThatIsNotTheUpdate() {
        Intervention edit = Intervention.everywhere(new FeatureId(new HookPoint("unet.mid_block", Site.OUTPUT), 3), Mode.SCALE, 2);
        assertEquals("'unet.mid_block:output#3*2'", withRun(edit).replaceAll(".*--feature ", ""));
    }

    @Test
    void writesARectangleExactly() {
        PaintedMask mask = new PaintedMask(64, 64);
        mask.fill(0.5, 0, 1, 0.25);
        assertEquals("'unet.mid_block.attentions.0#12+5@0.5,0,0.5,0.25'", withRun(edit(Mode.ADD, 5).within(mask.toMask())).replaceAll(".*--feature ", ""));
    }

    @Test
    void writesTheStepsThatAnEditActsIn() {
        assertEquals("'unet.mid_block.attentions.0#12*2/1-3'", withRun(edit(Mode.SCALE, 2).during(1, Integer.MAX_VALUE)).replaceAll(".*--feature ", ""));
        assertEquals("'unet.mid_block.attentions.0#12*2/0-2'", withRun(edit(Mode.SCALE, 2).during(0, 2)).replaceAll(".*--feature ", ""));
        assertEquals("'unet.mid_block.attentions.0#12*2'", withRun(edit(Mode.SCALE, 2).during(0, 3)).replaceAll(".*--feature ", ""));
    }

    @Test
    void writesAPaintedAreaExactly() throws RefractException {
        PaintedMask mask = new PaintedMask(64, 64);
        mask.dab(32, 32, 8, 1);
        String word = withRun(edit(Mode.ADD, 5).within(mask.toMask())).replaceAll(".*@", "").replace("'", "");
        assertArrayEquals(mask.toMask().weights(), MaskText.read(word).weights());
    }

    @Test
    void quotesWhatAShellWouldTakeApart() {
        assertEquals("cat", ShellWord.quoted("cat"));
        assertEquals("''", ShellWord.quoted(""));
        assertEquals("'a red cat'", ShellWord.quoted("a red cat"));
        assertEquals("'the cat'\\''s $HOME'", ShellWord.quoted("the cat's $HOME"));
    }
}
