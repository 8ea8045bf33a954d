package org.refract.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.engine.index.AtlasFacts;
import org.refract.engine.job.RunRecord;

class CommandsTest {
    @TempDir
    Path run;

    private Commands commands(AtlasFacts... dictionaries) throws RefractException {
        return new Commands(RunRecord.begin(run, "unpack", List.of("--quick")), List.of(dictionaries));
    }

    private static AtlasFacts dictionary(String path, int latents, int width) {
        return new AtlasFacts(new HookPoint(path, Site.UPDATE), "model", "sha256:0", "topk", latents, width, 10, 160, 4, 4,
                Map.of("setting_k", "5", "setting_lr", "1e-3", "sae_steps", "2000", "sae_batch", "1024", "sae_seed", "7", "labeler", "captions"));
    }

    @Test
    void trainingAgainNamesEveryStoreAndEverySetting() throws RefractException {
        assertEquals("refract train " + run + "/store/unet.mid_block.attentions.0 " + run + "/store/unet.up_blocks.0.attentions.1 --out " + run
                + "/saes-again --variant topk --expansion 3 --set k=5 --set lr=1e-3 --steps 2000 --batch 1024 --seed 7",
                commands(dictionary("unet.mid_block.attentions.0", 480, 160), dictionary("unet.up_blocks.0.attentions.1", 192, 64)).train());
    }

    @Test
    void inspectingNamesADictionaryThatIsThere() throws RefractException {
        assertEquals("refract inspect " + run + "/saes/unet.mid_block.attentions.0", commands(dictionary("unet.mid_block.attentions.0", 480, 160)).inspect());
    }
}
