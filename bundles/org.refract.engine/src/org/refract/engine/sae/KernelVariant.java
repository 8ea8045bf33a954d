package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.kernel.KernelException;
import org.refract.engine.kernel.KernelLibrary;

/**
 * A variant that is one kernel text: what it computes and what it minimises. PyTorch derives the gradients; optimiser, schedules, saved state,
 * metrics, resampling and checks are the engine's. The text has two functions, and may call those of {@code loss.ts.py}:
 *
 * <pre>
 * def encode(x: Tensor, weights: List[Tensor], settings: List[float]) -&gt; Tensor:
 * def loss(x: Tensor, target: Tensor, weights: List[Tensor], settings: List[float]) -&gt; Tuple[List[Tensor], Tensor, Tensor]:
 * </pre>
 *
 * <p>{@code x} (samples, width) and {@code target}, the same for an autoencoder; {@code encode} returns the latents (samples, latents), 0 where they
 * are not active; {@code loss} the terms, of one element each, whose sum is minimised, the reconstruction {@code z W_dec + b_dec}, and the latents.
 *
 * <p>Each unpacks what it is given in one line, {@code W_enc, W_dec, b_enc, b_dec = weights}, and these names say what comes and in which order.
 * Weights: {@code W_enc} (width, latents), {@code W_dec} (latents, width) and {@code b_dec} (width) in any case, every other name is a vector
 * (latents). Settings: numbers and flags (1 or 0) of the variant's own hyperparameters or the trainer's; {@code sparsity}, the share of the
 * sparsity terms that is in force, grows to 1 in {@code sparsity_warmup_steps}; {@code step} counts from 0.
 */
public abstract class KernelVariant extends PublishedVariant {

    private static final KernelLibrary SHARED = KernelLibrary.of(Loss.class, List.of("loss.ts.py", "evaluate.ts.py"));
    private static final List<String> MATRICES = List.of("W_enc", "W_dec", "b_dec");
    private static final String SPARSITY = "sparsity";
    private static final String STEP = "step";

    private final Text text;
    private final List<String> terms;

    /** The text, and the names that its functions unpack. */
    private record Text(KernelLibrary kernels, List<String> weights, List<String> settings) {

        static Text of(Class<?> anchor, String resource) {
            KernelLibrary kernels = KernelLibrary.of(anchor, resource, SHARED);
            Text text = new Text(kernels, kernels.unpacked("loss", "weights"), kernels.takes("loss", "settings"));
            if (!kernels.unpacked("encode", "weights").equals(text.weights) || !text.weights.containsAll(MATRICES)) {
                throw new KernelException("Kernels encode and loss of " + resource + " must unpack the same weights, W_enc, W_dec and b_dec among them, not "
                        + kernels.unpacked("encode", "weights") + " and " + text.weights, null);
            }
            List<String> encoded = kernels.takes("encode", "settings");
            if (!encoded.isEmpty() && !encoded.equals(text.settings)) {
                throw new KernelException("Kernels encode and loss of " + resource + " must unpack the same settings, not " + encoded + " and " + text.settings, null);
            }
            return text;
        }

        /** The text's form: settings that every form has, as far as the text knows them. */
        SaeForm form(String id) {
            Map<String, SaeForm.Size> own = new TreeMap<>();
            weights.stream().filter(name -> !MATRICES.contains(name)).forEach(name -> own.put(name, SaeForm.Size.LATENTS));
            List<Hyperparameter> common = SaeForm.COMMON.stream().map(h -> h.kind() != Kind.FLAG || settings.contains(h.name()) ? h
                    : new Hyperparameter(h.name(), Kind.CHOICE, h.value(), h.value(), h.source())).toList();
            return new SaeForm(id, common, own, Map.of(), false, Optional.of((out, x, sae) -> kernels.call(out, "encode", x, weights(sae),
                    numbers(settings, sae.config().settings(), 1, 0))));
        }

        /** A variant's settings, if they and those that all have answer what the text asks for. */
        List<Hyperparameter> answered(String id, List<Hyperparameter> own) {
            List<Hyperparameter> known = SaeForm.with(SaeForm.with(SaeForm.COMMON, TrainingSettings.HYPERPARAMETERS), own);
            for (String name : settings) {
                boolean number = known.stream().anyMatch(h -> h.name().equals(name) && h.kind() != Kind.CHOICE);
                if (!number && !name.equals(SPARSITY) && !name.equals(STEP)) {
                    throw new KernelException("Kernel loss of " + id + " asks for '" + name + "', which is no number or flag among its settings", null);
                }
            }
            return own;
        }

        private List<NDArray> weights(DenseSae sae) {
            return weights.stream().map(sae.tensors()::get).toList();
        }

        static double[] numbers(List<String> names, Settings settings, double sparsity, long step) {
            return names.stream().mapToDouble(name -> switch (name) {
                case SPARSITY -> sparsity;
                case STEP -> step;
                default -> switch (settings.text(name)) {
                    case "true" -> 1;
                    case "false" -> 0;
                    default -> settings.real(name);
                };
            }).toArray();
        }
    }

    /**
     * @param id       a short lower-case name
     * @param anchor   the class beside which the text lies
     * @param resource its name, {@code mine.ts.py}
     * @param terms    what the loss terms are called, in the kernel's order
     * @param own      the variant's settings, with the intervals of their numbers
     * @throws KernelException if the text does not unpack what it is given, or asks for a setting that there is not
     */
    protected KernelVariant(String id, Class<?> anchor, String resource, List<String> terms, List<Hyperparameter> own) {
        this(id, Text.of(anchor, resource), terms, own);
    }

    private KernelVariant(String id, Text text, List<String> terms, List<Hyperparameter> own) {
        super(text.form(id), text.answered(id, own));
        this.text = text;
        this.terms = List.copyOf(terms);
    }

    /** What a vector per latent is filled with at the beginning: 0, unless a variant says otherwise. */
    protected double initial(String name, Settings settings) {
        return 0;
    }

    @Override
    protected final Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        text.weights().stream().filter(name -> !MATRICES.contains(name)).forEach(name -> tensors.put(name, filled(out, config, initial(name, settings))));
        return tensors;
    }

    @Override
    protected final Loss loss(DenseSae sae, Settings settings) {
        return new Loss() {
            @Override
            public List<String> parameters() {
                return text.weights();
            }

            @Override
            public List<String> terms() {
                return terms;
            }

            @Override
            public List<String> biases() {
                return text.weights().stream().filter(name -> name.startsWith("b_") && !name.equals("b_dec")).toList();
            }

            @Override
            public NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step) {
                NDList found = text.kernels().callTraining(out, "evaluate", x, target, given, Text.numbers(text.settings(), settings, step.sparsity(), step.number()));
                long returned = found.get(given.size()).size();
                if (returned != terms.size()) {
                    throw new KernelException("Kernel loss of " + id() + " returns " + returned + " terms, and " + terms + " are named", null);
                }
                return found;
            }
        };
    }
}
