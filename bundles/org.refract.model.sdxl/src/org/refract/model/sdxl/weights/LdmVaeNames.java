package org.refract.model.sdxl.weights;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.model.sdxl.vae.VaeConfig;
import org.refract.nn.weights.Origin;
import org.refract.nn.weights.Spelling;

/** What latent-diffusion's own code calls the layers of the autoencoder; the decoder's blocks count from the full size on. */
public final class LdmVaeNames {

    private static final Pattern BLOCK = Pattern.compile("(encoder|decoder)\\.(?:down|up)_blocks\\.(\\d+)\\.(resnets|downsamplers|upsamplers)\\.(\\d+)\\.(.*)");
    private static final Pattern MIDDLE = Pattern.compile("(encoder|decoder)\\.mid_block\\.(resnets|attentions)\\.(\\d+)\\.(.*)");

    private final int blocks;

    public LdmVaeNames(VaeConfig config) {
        blocks = config.blockOutChannels().size();
    }

    /** latent-diffusion's name for diffusers' name of a weight. */
    public String of(String own) {
        Matcher block = BLOCK.matcher(own);
        if (block.matches()) {
            int number = Integer.parseInt(block.group(2));
            String place = block.group(1).equals("encoder") ? "encoder.down." + number : "decoder.up." + (blocks - 1 - number);
            return switch (block.group(3)) {
                case "resnets" -> place + ".block." + block.group(4) + "." + resnet(block.group(5));
                case "downsamplers" -> place + ".downsample." + block.group(5);
                default -> place + ".upsample." + block.group(5);
            };
        }
        Matcher middle = MIDDLE.matcher(own);
        if (middle.matches()) {
            int number = Integer.parseInt(middle.group(3)) + 1;
            return middle.group(2).equals("resnets")
                    ? middle.group(1) + ".mid.block_" + number + "." + resnet(middle.group(4))
                    : middle.group(1) + ".mid.attn_" + number + "." + attention(middle.group(4));
        }
        return own.replace(".conv_norm_out.", ".norm_out.");
    }

    private static String resnet(String rest) {
        return rest.replace("conv_shortcut.", "nin_shortcut.");
    }

    private static String attention(String rest) {
        return rest.replace("group_norm.", "norm.").replace("to_out.0.", "proj_out.").replace("to_q.", "q.").replace("to_k.", "k.")
                .replace("to_v.", "v.");
    }

    /** How a file with these names is read. */
    public Spelling spelling() {
        return new Spelling(own -> List.of(Origin.of(of(own))), "", name -> name.startsWith("loss."));
    }
}
