package org.refract.model.sdxl;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.nn.ConfigFile;
import org.refract.nn.Module;
import org.refract.nn.weights.Checkpoint;
import org.refract.nn.weights.Spelling;

/** Where a model's configuration, tokenizers and weights lie. Parts have the names that they have in a diffusers folder. */
sealed interface ModelFiles permits DiffusersFolder, SingleFile, WithTextEncoders, WithVae {

    /** The folder or file that a person named. */
    Path location();

    /** Whether the model has a part, {@code text_encoder} for one. */
    boolean has(String part);

    /** The configuration of a part, {@code unet}, {@code vae}, {@code scheduler} ... */
    ConfigFile config(String part) throws RefractException;

    /** Schedulers beside the model's own, by name. */
    Map<String, SchedulerConfig> otherSchedulers() throws RefractException;

    /** Whether an absent negative prompt means an embedding of zeros. */
    boolean forceZeros() throws RefractException;

    /** How the model says that it is run in few steps, if it does. */
    Optional<Distillation> distilled() throws RefractException;

    /** Whether the U-Net is told an aesthetic score in place of a target size. */
    boolean aestheticScore() throws RefractException;

    /**
     * The model's tokenizers.
     *
     * @param names {@code tokenizer} or {@code tokenizer_2}, or both
     */
    List<Tokenizer> tokenizers(List<String> names) throws RefractException;

    /** Parts of the model that lie nowhere, by their names; a model cannot be opened without them. */
    default List<String> lacking() throws RefractException {
        return List.of();
    }

    /** What the weights of a part are called where their file does not tell. */
    Spelling spelling(Module part) throws RefractException;

    /** Opens the weights of a part. */
    Checkpoint weights(String part, Placement.DType wanted) throws RefractException;

    /** diffusers' variants of weights, those for an element type first; the plain one is of full precision. */
    static List<String> variants(Placement.DType wanted) {
        return switch (wanted) {
            case FP16 -> List.of("fp16", "");
            case BF16 -> List.of("bf16", "", "fp16");
            case FP32 -> List.of("", "fp16");
        };
    }
}
