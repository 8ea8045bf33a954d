package org.refract.model.sdxl.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.model.sdxl.unet.UNetConfig;
import org.refract.nn.weights.Origin;
import org.refract.nn.weights.Spelling;

/**
 * What Stability's own code (generative-models, {@code sgm/modules/diffusionmodules/openaimodel.py}) calls the layers of the U-Net: one
 * row of input blocks and one of output blocks, where diffusers has blocks with residual blocks, attentions and samplers.
 */
public final class SgmUNetNames {

    private static final Map<String, String> RESNET = Map.of("norm1", "in_layers.0", "conv1", "in_layers.2", "time_emb_proj", "emb_layers.1",
            "norm2", "out_layers.0", "conv2", "out_layers.3", "conv_shortcut", "skip_connection");

    /** Beginnings of diffusers' names, with what stands in their place. */
    private final Map<String, String> beginnings = new LinkedHashMap<>();

    public SgmUNetNames(UNetConfig config) {
        beginnings.put("time_embedding.linear_1.", "time_embed.0.");
        beginnings.put("time_embedding.linear_2.", "time_embed.2.");
        beginnings.put("add_embedding.linear_1.", "label_emb.0.0.");
        beginnings.put("add_embedding.linear_2.", "label_emb.0.2.");
        beginnings.put("conv_in.", "input_blocks.0.0.");
        beginnings.put("conv_norm_out.", "out.0.");
        beginnings.put("conv_out.", "out.2.");
        beginnings.put("mid_block.resnets.0.", "middle_block.0.");
        beginnings.put("mid_block.attentions.0.", "middle_block.1.");
        beginnings.put("mid_block.resnets.1.", "middle_block.2.");
        down(config.layersPerBlock());
        up(config.layersPerBlock().reversed(), config.upBlockTypes());
    }

    private void down(List<Integer> layers) {
        int input = 1;
        for (int block = 0; block < layers.size(); block++) {
            String own = "down_blocks." + block;
            for (int layer = 0; layer < layers.get(block); layer++) {
                beginnings.put(own + ".resnets." + layer + ".", "input_blocks." + input + ".0.");
                beginnings.put(own + ".attentions." + layer + ".", "input_blocks." + input + ".1.");
                input++;
            }
            beginnings.put(own + ".downsamplers.0.conv.", "input_blocks." + input + ".0.op.");
            input++;
        }
    }

    private void up(List<Integer> layers, List<String> types) {
        int output = 0;
        for (int block = 0; block < layers.size(); block++) {
            String own = "up_blocks." + block;
            for (int layer = 0; layer <= layers.get(block); layer++) {
                beginnings.put(own + ".resnets." + layer + ".", "output_blocks." + output + ".0.");
                beginnings.put(own + ".attentions." + layer + ".", "output_blocks." + output + ".1.");
                output++;
            }
            int place = types.get(block).startsWith("CrossAttn") ? 2 : 1;
            beginnings.put(own + ".upsamplers.0.conv.", "output_blocks." + (output - 1) + "." + place + ".conv.");
        }
    }

    /** sgm's name for diffusers' name of a weight or, with a dot at its end, of a layer. */
    public String of(String own) {
        List<String> words = new ArrayList<>(List.of(own.split("\\.", -1)));
        for (int end = words.size() - 1; end > 0; end--) {
            String place = beginnings.get(String.join(".", words.subList(0, end)) + ".");
            if (place != null) {
                List<String> rest = words.subList(end, words.size());
                if (words.contains("resnets")) {
                    rest.set(0, RESNET.getOrDefault(rest.getFirst(), rest.getFirst()));
                }
                return place + String.join(".", rest);
            }
        }
        return own;
    }

    /** How a file with these names is read. */
    public Spelling spelling() {
        return new Spelling(own -> List.of(Origin.of(of(own))), "", name -> false);
    }
}
