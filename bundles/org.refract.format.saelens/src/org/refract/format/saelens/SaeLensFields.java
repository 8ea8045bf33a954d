package org.refract.format.saelens;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.refract.engine.sae.KnownFields;

/**
 * The fields of SAELens' {@code cfg.json}: of versions 1 to 5, whose file is flat and may hold the whole training's settings, and of version 6,
 * which keeps where a dictionary comes from in {@code metadata}, where anything may stand.
 */
final class SaeLensFields {

    private static final Set<String> UNDERSTOOD = Set.of("architecture", "d_in", "d_sae", "d_out", "apply_b_dec_to_input", "normalize_activations",
            "reshape_activations", "rescale_acts_by_decoder_norm", "k", "metadata", "meta", "activation_fn_str", "activation_fn", "activation_fn_kwargs",
            "model_name", "hook_name", "hook_point", "finetuning_scaling_factor", "matryoshka_widths");

    /** What stood in the configurations of a while, and was read as its one value by all later versions. */
    private static final Map<String, List<String>> NEUTRAL = Map.of("uses_scaling_factor", List.of("false"), "is_transcoder", List.of("false"));

    private static final Set<String> WHENCE = Set.of("dtype", "device", "model_class", "model_class_name", "model_kwargs", "model_from_pretrained_kwargs",
            "hook_layer", "hook_head_index", "hook_eval", "hook_name_out", "hook_layer_out", "hook_head_index_out", "hook_point_layer",
            "hook_point_head_index", "hook_point_eval", "out_hook_point", "out_hook_point_layer", "context_size", "prepend_bos", "seqpos_slice",
            "start_pos_offset", "end_pos_offset", "dataset_path", "dataset_trust_remote_code", "is_dataset_tokenized", "streaming", "neuronpedia_id",
            "exclude_special_tokens", "exclude_bos_between_sequences", "disable_concat_sequences", "sequence_separator_token", "begin_batch_token",
            "begin_sequence_token", "use_cached_activations", "cached_activations_path", "from_pretrained_path", "checkpoint_path", "output_path",
            "sae_lens_version", "sae_lens_training_version", "seed", "verbose", "run_name", "variant", "sae_class_name");

    private static final Set<String> TRAINING = Set.of("act_store_device", "adam_beta1", "adam_beta2", "autocast", "autocast_dtype", "autocast_lm",
            "aux_loss_coefficient", "b_dec_init_method", "coefficient_warm_up_steps", "compile_llm", "compile_sae", "dead_feature_estimation_method",
            "dead_feature_threshold", "dead_feature_window", "decoder_heuristic_init", "decoder_heuristic_init_norm", "decoder_init_norm",
            "decoder_orthogonal_init", "eval_batch_size_prompts", "eval_every_n_wandb_logs", "expansion_factor", "feature_reinit_scale",
            "feature_sampling_method", "feature_sampling_window", "finetuning_method", "finetuning_tokens", "ghost_grad_threshold",
            "include_final_checkpoint", "init_encoder_as_decoder_transpose", "jumprelu_bandwidth", "jumprelu_init_threshold",
            "jumprelu_sparsity_loss_mode", "jumprelu_tanh_scale", "l0_coefficient", "l0_lambda", "l0_warm_up_steps", "l1_coefficient",
            "l1_warm_up_steps", "l1_warmup_steps", "llm_compilation_mode", "log_activations_store_to_wandb", "log_optimizer_state_to_wandb",
            "log_to_wandb", "logger", "lp_norm", "lr", "lr_decay_steps", "lr_end", "lr_scheduler_name", "lr_warm_up_steps", "mse_loss_normalization",
            "n_batches_in_buffer", "n_checkpoints", "n_eval_batches", "n_eval_seqs", "n_restart_cycles", "noise_scale", "normalize_sae_decoder",
            "pre_act_loss_coefficient", "resample_batches", "resume", "resume_from_checkpoint", "sae_compilation_mode", "save_final_checkpoint",
            "scale_sparsity_penalty_by_decoder_norm", "sparse_intermediate", "store_batch_size", "store_batch_size_prompts", "tokens_per_buffer",
            "topk_threshold_lr", "total_training_steps", "total_training_tokens", "train_batch_size", "train_batch_size_tokens", "training_tokens",
            "use_ghost_grads", "use_sparse_activations", "wandb_entity", "wandb_id", "wandb_log_frequency", "wandb_project");

    /** Of every version; the fields' names do not collide. */
    static final KnownFields KNOWN = new KnownFields("SAELens 1 to 6", UNDERSTOOD, NEUTRAL,
            Stream.concat(WHENCE.stream(), TRAINING.stream()).collect(Collectors.toUnmodifiableSet()));

    /** Of {@code activation_fn_kwargs}; {@code signed}, for dictionaries of sparsify, is not read by version 6 either. */
    static final KnownFields ACTIVATION = new KnownFields("SAELens 1 to 5", Set.of("k"), Map.of("signed", List.of("false")), Set.of());

    private SaeLensFields() {
    }
}
