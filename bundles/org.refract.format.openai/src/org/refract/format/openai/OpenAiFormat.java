package org.refract.format.openai;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.StateNames;
import org.refract.engine.file.TorchArchive;
import org.refract.engine.file.TorchArchiveWriter;
import org.refract.engine.file.TorchTensor;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SaeTensors;
import org.refract.engine.sae.TopKNames;
import org.refract.engine.sae.Weights;

/**
 * A torch file of openai/sparse_autoencoder: {@code pre_bias}, {@code latent_bias}, {@code encoder.weight} (latents, width),
 * {@code decoder.weight} (width, latents), statistics of training, and the texts {@code activation}, {@code activation_state_dict}. As
 * that library does, an SAE with the activation TopK is taken to normalise its input, one with ReLU not to.
 */
@Component
public final class OpenAiFormat implements CheckpointFormat {

    private static final Map<String, String> NAMES =
            Map.of("pre_bias", "b_dec", "latent_bias", "b_enc", "encoder.weight", "W_enc", "decoder.weight", "W_dec");

    /** What the file says besides tensors. */
    private static final Set<String> VALUES = Set.of("activation", "activation_state_dict.k", "activation_state_dict.postact_fn");

    /** Steps since each latent was active. */
    private static final String STEPS = "stats_last_nonzero";

    @Override
    public String id() {
        return "openai";
    }

    @Override
    public boolean recognises(Path location) {
        if (!Files.isRegularFile(location) || !TorchArchive.recognises(location)) {
            return false;
        }
        try (TorchArchive archive = TorchArchive.open(location)) {
            StateNames names = StateNames.of(archive.tensors().keySet());
            return said(archive, names).containsKey("activation") && names.names().containsKey("pre_bias");
        } catch (RefractException e) {
            return false;
        }
    }

    @Override
    public Checkpoint read(Path location, NDManager owner) throws RefractException {
        try (TorchArchive archive = TorchArchive.open(location); NDManager step = owner.newSubManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            StateNames names = StateNames.of(archive.tensors().keySet());
            for (Map.Entry<String, String> each : names.names().entrySet()) {
                String name = each.getKey();
                String inFile = each.getValue();
                NDArray read = archive.read(inFile, step);
                tensors.put(NAMES.getOrDefault(name, name), name.equals(STEPS) ? Weights.readCounts(owner, location, inFile, read)
                        : name.endsWith(".weight") ? Weights.readTransposed(owner, location, inFile, read) : Weights.read(owner, location, inFile, read));
            }
            TorchTensor encoder = archive.tensors().get(names.names().getOrDefault("encoder.weight", ""));
            if (encoder == null || encoder.shape().dimension() != 2 || !tensors.containsKey("b_dec")) {
                throw RefractException.usage("%s is not an OpenAI autoencoder: it needs encoder.weight (latents, width) and pre_bias, it has %s.",
                        location, archive.tensors().keySet());
            }
            int width = Math.toIntExact(tensors.get("b_dec").getShape().size());
            int latents = Math.toIntExact(encoder.shape().size() / Math.max(1, width));
            SaeConfig config = config(location, said(archive, names), width, latents);
            SaeTensors.check(location.toString(), config, tensors);
            return new Checkpoint(config, tensors, Optional.empty(), names.note().stream().toList());
        }
    }

    /** What the file says in words and numbers, under names without what wrapped the module. */
    private static Map<String, Object> said(TorchArchive archive, StateNames names) {
        Map<String, Object> said = new LinkedHashMap<>();
        String prefix = names.prefix().orElse("");
        archive.values().forEach((name, value) -> said.put(name.startsWith(prefix) ? name.substring(prefix.length()) : name, value));
        return said;
    }

    private static SaeConfig config(Path location, Map<String, Object> said, int width, int latents) throws RefractException {
        for (Map.Entry<String, Object> value : said.entrySet()) {
            if (!VALUES.contains(value.getKey())) {
                throw RefractException.usage("%s has '%s' (%s), which openai/sparse_autoencoder does not write: it may change what is computed.", location,
                        value.getKey(), value.getValue());
            }
        }
        Object activation = said.getOrDefault("activation", "none");
        if (activation.equals("ReLU")) {
            return SaeForm.RELU.config(width, width, latents, Map.of());
        }
        Object k = said.getOrDefault("activation_state_dict.k", 0L);
        Object after = said.getOrDefault("activation_state_dict.postact_fn", "none");
        if (!activation.equals("TopK") || !(k instanceof Long) || !after.equals("ReLU")) {
            throw RefractException.usage("%s has the activation %s (k %s, then %s); only ReLU and TopK followed by ReLU are known.", location, activation, k,
                    after);
        }
        return SaeForm.KSPARSE.config(width, width, latents, Map.of("k", k.toString(), "normalize_activations", "layer_norm"));
    }

    @Override
    public void write(Checkpoint checkpoint, Path location) throws RefractException {
        NDManager manager = checkpoint.tensors().values().iterator().next().getManager();
        try (NDManager step = manager.newSubManager()) {
            Checkpoint published = TopKNames.publishable(checkpoint, step, "An OpenAI checkpoint");
            SaeConfig config = published.config();
            Map<String, NDArray> from = published.tensors();
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("pre_bias", from.get("b_dec"));
            state.put("latent_bias", from.get("b_enc"));
            state.put(STEPS, step.zeros(new Shape(config.latents()), DataType.INT64));
            SaeForm.STATISTICS.stream().filter(from::containsKey).forEach(name -> state.put(name, from.get(name)));
            state.put("encoder.weight", Weights.transposed(step, from.get("W_enc")));
            state.put("decoder.weight", Weights.transposed(step, from.get("W_dec")));
            activation(config, state);
            TorchArchiveWriter.write(location, state, step);
        }
    }

    private static void activation(SaeConfig config, Map<String, Object> state) throws RefractException {
        String normalisation = config.settings().text("normalize_activations");
        boolean plain = normalisation.matches("none|layer_norm") && config.settings().flag("apply_b_dec_to_input")
                && !config.settings().flag("rescale_acts_by_decoder_norm") && !config.settings().flag("transcode");
        if (plain && config.variant().equals("relu") && normalisation.equals("none")) {
            state.put("activation", "ReLU");
            state.put("activation_state_dict", Map.of());
        } else if (plain && config.variant().equals("ksparse") && normalisation.equals("layer_norm") && config.settings().text("activation").equals("topk")) {
            Map<String, Object> topk = new LinkedHashMap<>();
            topk.put("k", config.settings().integer("k"));
            topk.put("postact_fn", "ReLU");
            state.put("activation", "TopK");
            state.put("activation_state_dict", topk);
        } else {
            throw RefractException.usage("An OpenAI checkpoint cannot hold this %s autoencoder (normalisation %s): it knows relu without and topk with layer_norm.",
                    config.variant(), normalisation);
        }
    }
}
