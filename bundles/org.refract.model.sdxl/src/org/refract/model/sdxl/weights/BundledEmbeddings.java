package org.refract.model.sdxl.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.model.sdxl.clip.TextualInversion;
import org.refract.nn.weights.WeightFile;

/** Learnt words that trainers put into the file of a LoRA that was learnt with them (kohya, OneTrainer): {@code bundle_emb.WORD.clip_l}. */
public final class BundledEmbeddings {

    /** What the names of their tensors begin with. */
    static final String PREFIX = "bundle_emb.";

    private BundledEmbeddings() {
    }

    /** The words in a file, none in most. */
    public static List<TextualInversion> in(WeightFile file) throws RefractException {
        Map<String, Map<String, String>> words = new LinkedHashMap<>();
        for (String name : file.weights().keySet()) {
            int dot = name.indexOf('.', PREFIX.length());
            if (name.startsWith(PREFIX) && dot > 0) {
                words.computeIfAbsent(name.substring(PREFIX.length(), dot), w -> new LinkedHashMap<>()).put(name.substring(dot + 1), name);
            }
        }
        List<TextualInversion> read = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> word : words.entrySet()) {
            read.add(TextualInversion.read(file, List.of(word.getKey()), word.getValue()));
        }
        return read;
    }
}
