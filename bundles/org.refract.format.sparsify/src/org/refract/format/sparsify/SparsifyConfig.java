package org.refract.format.sparsify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.sae.KnownFields;
import org.refract.engine.sae.SaeForm;

/**
 * What a {@code cfg.json} says: that of sparsify 1, of the library's time as {@code sae} (0.x), and of SAeUron, which took it on from there.
 *
 * @param config the SAE
 * @param skip   whether there is a skip connection
 * @param unit   whether the decoder's rows are said to have norm 1
 * @param notes  what is to be said of the reading
 */
record SparsifyConfig(SaeConfig config, boolean skip, boolean unit, List<String> notes) {

    /** {@code expansion_factor} where the file does not say it (sparsify, config.py). */
    static final int EXPANSION = 32;

    /** Ways to encode that other branches of sparsify know; what they need besides is named only while they are on. */
    private static final List<String> OFF = List.of("false");

    private static final KnownFields KNOWN = new KnownFields("sparsify up to 1.3 or SAeUron",
            Set.of("d_in", "expansion_factor", "num_latents", "k", "activation", "transcode", "skip_connection", "normalize_decoder", "signed",
                    "input_unit_norm", "batch_topk"),
            Map.of("sample_topk", OFF, "embed_skip", OFF, "gram_lookup", OFF, "encoder_pkm", OFF, "encoder_halut", OFF),
            Set.of("multi_topk", "lookup_max_order", "gram_table_hash", "naive_decoder", "decoder_xformers"));

    static SparsifyConfig read(Json cfg) throws RefractException {
        KNOWN.check(cfg);
        int width = cfg.at("d_in").integer(1, 1 << 24);
        int latents = latents(cfg, width);
        boolean transcode = flag(cfg, "transcode", false);
        List<String> notes = new ArrayList<>();
        if (flag(cfg, "batch_topk", false)) {
            notes.add("batch_topk: SAeUron keeps k latents a sample on average over a batch, here each sample keeps its own k largest");
        }
        if (flag(cfg, "input_unit_norm", false) && transcode) {
            throw cfg.at("input_unit_norm").wrong("false for a transcoder, whose output is of another place than its input");
        }
        SaeConfig config = (transcode ? SaeForm.TRANSCODER : SaeForm.KSPARSE).config(width, width, latents, Map.of(
                "k", String.valueOf(cfg.at("k").integer(1, latents)),
                "activation", activation(cfg, transcode),
                "normalize_activations", flag(cfg, "input_unit_norm", false) ? "layer_norm" : "none"));
        return new SparsifyConfig(config, flag(cfg, "skip_connection", false), !transcode && flag(cfg, "normalize_decoder", true), List.copyOf(notes));
    }

    private static int latents(Json cfg, int width) throws RefractException {
        int expansion = cfg.has("expansion_factor") ? cfg.at("expansion_factor").integer(1, 1 << 16) : EXPANSION;
        int said = cfg.has("num_latents") ? cfg.at("num_latents").integer(0, Integer.MAX_VALUE) : 0;
        if (said == 0 && (long) width * expansion > Integer.MAX_VALUE) {
            throw cfg.at("d_in").wrong("at most %d, with %d latents for each of them".formatted(Integer.MAX_VALUE / expansion, expansion));
        }
        return said > 0 ? said : width * expansion;
    }

    /** {@code signed}, of the first releases, chooses by magnitude and keeps the sign. */
    private static String activation(Json cfg, boolean transcode) throws RefractException {
        String activation = cfg.has("activation") ? cfg.at("activation").text() : "topk";
        if (!activation.matches("topk|groupmax")) {
            throw cfg.at("activation").wrong("topk or groupmax");
        }
        if (!flag(cfg, "signed", false)) {
            return activation;
        }
        if (transcode || !activation.equals("topk")) {
            throw cfg.at("signed").wrong("false beside transcode or groupmax, which came after it");
        }
        return "abstopk";
    }

    private static boolean flag(Json cfg, String name, boolean otherwise) throws RefractException {
        return cfg.has(name) ? cfg.at(name).flag() : otherwise;
    }
}
