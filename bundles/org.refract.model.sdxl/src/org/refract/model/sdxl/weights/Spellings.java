package org.refract.model.sdxl.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.refract.model.sdxl.clip.TextEncoder;
import org.refract.model.sdxl.unet.UNet;
import org.refract.model.sdxl.vae.Vae;
import org.refract.nn.Module;
import org.refract.nn.weights.Origin;
import org.refract.nn.weights.Spelling;

/**
 * Finds out what a file calls the weights of a part, diffusers' or the original's names behind whatever prefix, by one name that only one
 * spelling of one part has.
 */
public final class Spellings {

    private static final String OPEN_CLIP = "transformer.resblocks.0.ln_1.weight";
    private static final String CLIP = "embeddings.token_embedding.weight";
    private static final String TEXT_MODEL = "text_model.";
    private static final String PROJECTION = "text_projection.weight";
    /** What stands in the prefixes of the first text encoder where a file holds both. */
    private static final List<String> FIRST = List.of("embedders.0.", "clip_l.", "text_encoder.");
    private static final List<String> SECOND = List.of("embedders.1.", "clip_g.", "text_encoder_2.");

    /** transformers writes text encoders with and without {@code text_model.}, and old files hold a table of positions. */
    public static final Spelling TEXT_ENCODER = new Spelling(own -> own.startsWith(TEXT_MODEL)
            ? List.of(Origin.of(own), Origin.of(own.substring(TEXT_MODEL.length())))
            : own.equals(PROJECTION) ? List.of(Origin.of(own), new Origin("text_projection", 0, 1, true))
            : List.of(Origin.of(own)), "", name -> name.endsWith("embeddings.position_ids") || name.equals("logit_scale"));

    /** Older autoencoder files call the attention's layers query, key, value and proj_attn. */
    public static final Spelling VAE = new Spelling(own -> List.of(Origin.of(own), Origin.of(own
            .replace(".attentions.0.to_q.", ".attentions.0.query.")
            .replace(".attentions.0.to_k.", ".attentions.0.key.")
            .replace(".attentions.0.to_v.", ".attentions.0.value.")
            .replace(".attentions.0.to_out.0.", ".attentions.0.proj_attn."))), "", name -> false);

    private Spellings() {
    }

    /**
     * A spelling by which it is known.
     *
     * @param mark the end of a name that only it has
     */
    private record Known(String mark, Spelling spelling) {
    }

    /** How a file with such names calls the weights of a part; empty if the part is not in it. */
    public static Optional<Spelling> find(Module part, Collection<String> names) {
        return switch (part) {
            case UNet unet -> found(List.of(new Known("time_embed.0.weight", new SgmUNetNames(unet.config()).spelling()),
                    new Known("time_embedding.linear_1.weight", Spelling.OWN)), names, List.of());
            case Vae vae -> found(List.of(new Known("decoder.up_blocks.0.resnets.0.conv1.weight", VAE),
                    new Known("decoder.mid.block_1.conv1.weight", new LdmVaeNames(vae.config()).spelling())), names, List.of());
            case TextEncoder encoder -> textEncoder(encoder.config().projection() > 0, names);
            default -> Optional.empty();
        };
    }

    /** The parts of a model that lie in a file with such names, whatever their size. */
    public static Set<String> parts(Collection<String> names) {
        Set<String> parts = new LinkedHashSet<>();
        if (textEncoder(false, names).isPresent()) {
            parts.add("text_encoder");
        }
        if (textEncoder(true, names).isPresent()) {
            parts.add("text_encoder_2");
        }
        if (names.stream().anyMatch(name -> name.endsWith("decoder.conv_in.weight"))) {
            parts.add("vae");
        }
        if (holdsUNet(names)) {
            parts.add("unet");
        }
        return parts;
    }

    /** Whether a file holds a U-Net that is told sizes, as those of Stable Diffusion XL are. */
    static boolean holdsUNet(Collection<String> names) {
        return names.stream().anyMatch(name -> name.endsWith("label_emb.0.0.weight") || name.endsWith("add_embedding.linear_1.weight"));
    }

    private static Optional<Spelling> textEncoder(boolean second, Collection<String> names) {
        List<String> others = second ? FIRST : SECOND;
        if (second) {
            Optional<Spelling> openClip = found(List.of(new Known(OPEN_CLIP, OpenClipNames.spelling())), names, List.of());
            if (openClip.isPresent()) {
                return openClip;
            }
        }
        return found(List.of(new Known(TEXT_MODEL + CLIP, spelling(second)), new Known(CLIP, spelling(second))), names, others);
    }

    /** ComfyUI's files of the first encoder alone hold a projection that nobody reads. */
    private static Spelling spelling(boolean second) {
        return second ? TEXT_ENCODER
                : new Spelling(TEXT_ENCODER.origins(), "", name -> TEXT_ENCODER.ignored().test(name) || name.startsWith("text_projection"));
    }

    /** @param others what stands in the prefixes of another part of the same kind */
    private static Optional<Spelling> found(List<Known> known, Collection<String> names, List<String> others) {
        for (Known each : known) {
            List<String> prefixes = new ArrayList<>();
            for (String name : names) {
                String prefix = name.endsWith(each.mark) ? name.substring(0, name.length() - each.mark.length()) : null;
                if (prefix != null && (prefix.isEmpty() || prefix.endsWith(".")) && others.stream().noneMatch(prefix::contains)) {
                    prefixes.add(prefix);
                }
            }
            Function<String, Spelling> under = prefix -> prefix.isEmpty() ? each.spelling : each.spelling.under(prefix);
            Optional<Spelling> spelling = prefixes.stream().min(Comparator.comparingInt(String::length)).map(under);
            if (spelling.isPresent()) {
                return spelling;
            }
        }
        return Optional.empty();
    }
}
