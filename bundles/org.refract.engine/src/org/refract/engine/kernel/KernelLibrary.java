package org.refract.engine.kernel;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.KernelCalls;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tensor functions written as TorchScript text beside the Java class that uses them, compiled when first called.
 *
 * <p>The text holds plain functions with typed arguments. A function may call another one of the same text by its name, {@code #} starts a
 * comment, element types are written {@code torch.float32}, every ATen operation is there as {@code torch.name(...)}:
 *
 * <pre>
 * # relu(x)·g, row by row scaled
 * def positive(x: Tensor) -&gt; Tensor:
 *   return torch.relu(x)
 *
 * def gated(x: Tensor, g: Tensor, scale: float, bias: Optional[Tensor]) -&gt; Tuple[Tensor, Tensor]:
 *   y = positive(x) * g * scale
 *   if bias is not None:
 *     y = y + bias
 *   return (y, torch.amax(y, [-1]))
 * </pre>
 *
 * <pre>
 * KernelLibrary kernels = KernelLibrary.of(Gate.class, "gate.ts.py");
 * NDList both = kernels.callList(scope, "gated", x, g, 0.5, null);
 * </pre>
 *
 * <p>Arguments: {@link NDArray} → {@code Tensor}; {@link Integer}, {@link Long} → {@code int}; {@link Float}, {@link Double} → {@code float}
 * (an {@code int} is not taken for a {@code float}); {@link Boolean} → {@code bool}; {@link String} → {@code str}; {@code long[]} → {@code
 * List[int]}; {@code double[]} → {@code List[float]}; a list of arrays → {@code List[Tensor]}; {@code null} → {@code None}. Default values
 * of the text hold for arguments left out at the end.
 *
 * <p>The dialect is that of TorchScript archives: {@code x.view(...)}, slices, loops, {@code if}, tuples, {@code len}, {@code range} work, and an
 * operation for its effect ({@code torch.append(list, x)}) stands alone on its line;
 * Python's {@code math} and {@code torch.nn.functional} do not exist (use {@code torch.sqrt}, {@code torch.gelu} ...), optional arguments of
 * an operation are given by name, lists of tensors need a type ({@code annotate(List[Tensor], [])}).
 *
 * <p>Sums of all numbers of a tensor are {@code sum_all(x)}, {@code sum_all_wide(x)} in float64 and {@code mean_all(x)}, which every text
 * may call: {@code torch.sum(x)} depends on the number of threads.
 *
 * <p>There is one library per class and resource; it is freed with the class, so an uninstalled extension leaves no kernel behind. Libraries
 * may be called from several threads. Element type and device are those of the arguments.
 */
public final class KernelLibrary {

    private static final Cleaner CLEANER = Cleaner.create();

    private static final ScopedValue<KernelRecorder> RECORDER = ScopedValue.newInstance();

    private static final ClassValue<Map<String, KernelLibrary>> OF_CLASS =
            new ClassValue<>() {
                @Override
                protected Map<String, KernelLibrary> computeValue(Class<?> anchor) {
                    return new ConcurrentHashMap<>();
                }
            };

    private static final int LONGEST = 600;
    private static final Pattern SUM = Pattern.compile("\\b(?:(?:sum|mean)_all(?:_wide)?|sum_weighted)\\(");
    private static final Pattern LINE = Pattern.compile("__torch__\\.py\", line (\\d+)");

    /** Functions that every text may call; they stand behind it, so that its lines keep their numbers. */
    private static final class Sums {
        static final String TEXT = read(KernelLibrary.class, "sums.ts.py");
    }

    private final String name;
    private final String source;
    private final KernelText text;
    private volatile KernelCalls calls;

    private KernelLibrary(String name, String text) {
        this.name = name;
        this.source = text;
        this.text = new KernelText(SUM.matcher(text).find() ? text + "\n" + Sums.TEXT : text);
    }

    /**
     * The library of a text resource that lies beside a class.
     *
     * @throws KernelException if there is no such resource
     */
    public static KernelLibrary of(Class<?> anchor, String resource) {
        return OF_CLASS.get(anchor).computeIfAbsent(resource, r -> new KernelLibrary(nameOf(anchor, r), read(anchor, r)));
    }

    /**
     * The library of several text resources that lie beside a class and call each other's functions, joined in this order. Errors count the
     * lines of all of them.
     *
     * @throws KernelException if one is missing
     */
    public static KernelLibrary of(Class<?> anchor, List<String> resources) {
        return OF_CLASS.get(anchor).computeIfAbsent(String.join("+", resources), r -> new KernelLibrary(nameOf(anchor, r),
                resources.stream().map(resource -> read(anchor, resource)).collect(Collectors.joining("\n"))));
    }

    /**
     * The library of a text resource that lies beside a class and calls another library's functions, which become its own. Errors count the
     * other's lines first.
     *
     * @throws KernelException if there is no such resource
     */
    public static KernelLibrary of(Class<?> anchor, String resource, KernelLibrary shared) {
        return OF_CLASS.get(anchor).computeIfAbsent(shared.name + "+" + resource,
                r -> new KernelLibrary(nameOf(anchor, resource), shared.source + "\n" + read(anchor, resource)));
    }

    /** As {@link #of(Class, String, KernelLibrary)}, of several resources. */
    public static KernelLibrary of(Class<?> anchor, List<String> resources, KernelLibrary shared) {
        return OF_CLASS.get(anchor).computeIfAbsent(shared.name + "+" + String.join("+", resources), r -> new KernelLibrary(nameOf(anchor, r),
                shared.source + "\n" + resources.stream().map(resource -> read(anchor, resource)).collect(Collectors.joining("\n"))));
    }

    /** A library from text that lies in memory; {@code name} is what errors call it. It is not cached: keep the returned object. */
    public static KernelLibrary ofText(String name, String text) {
        return new KernelLibrary(name, text);
    }

    /** Names of the functions in the text. */
    public Set<String> functions() {
        return text.functions();
    }

    /**
     * The names to which a function unpacks an argument, {@code a, b, c = argument}, in this order.
     *
     * @throws KernelException if it does not
     */
    public List<String> unpacked(String function, String argument) {
        return text.unpacked(function, argument).orElseThrow(() -> new KernelException("Kernel " + function + " of " + name
                + " must unpack its argument '" + argument + "' in one line: NAME, NAME = " + argument, null));
    }

    /** As {@link #unpacked}; nothing if the function does not look at the argument. */
    public List<String> takes(String function, String argument) {
        return text.unpacked(function, argument).orElse(List.of());
    }

    /** Compiles the text now instead of at the first call, so that a broken one is known early. */
    public KernelLibrary compile() {
        compiled();
        return this;
    }

    /** Calls a function that returns one tensor, without recording gradients; the result belongs to {@code out}. */
    public NDArray call(NDManager out, String function, Object... arguments) {
        return single(function, run(out, function, false, arguments));
    }

    /** Like {@link #call(NDManager, String, Object...)}, with the result in what an owner keeps. */
    public NDArray call(Owner out, String function, Object... arguments) {
        return call(out.manager(), function, arguments);
    }

    /** Calls a function that returns several tensors (tuple or list), one or none, without recording gradients. */
    public NDList callList(NDManager out, String function, Object... arguments) {
        return run(out, function, false, arguments);
    }

    /** Like {@link #callList(NDManager, String, Object...)}, with the results in what an owner keeps. */
    public NDList callList(Owner out, String function, Object... arguments) {
        return run(out.manager(), function, false, arguments);
    }

    /**
     * Calls a function while operations are recorded for gradients, so that {@code torch.grad} works inside it. Tensors it returns carry
     * their graph unless the text detaches them.
     */
    public NDList callTraining(NDManager out, String function, Object... arguments) {
        return run(out, function, true, arguments);
    }

    /** Like {@link #callTraining(NDManager, String, Object...)}, with the results in what an owner keeps. */
    public NDList callTraining(Owner out, String function, Object... arguments) {
        return run(out.manager(), function, true, arguments);
    }

    /** Does some work on this thread while a recorder hears every call of a kernel of any library. */
    public static <T, X extends Throwable> T recorded(KernelRecorder recorder, ScopedValue.CallableOp<T, X> work) throws X {
        return ScopedValue.where(RECORDER, recorder).call(work);
    }

    /** Who hears the calls of kernels on this thread. */
    public static Optional<KernelRecorder> recorder() {
        return RECORDER.isBound() ? Optional.of(RECORDER.get()) : Optional.empty();
    }

    private NDList run(NDManager out, String function, boolean autograd, Object... arguments) {
        try {
            if (autograd || !RECORDER.isBound()) {
                return compiled().call(out, function, autograd, arguments);
            }
            KernelRecorder recorder = RECORDER.get();
            NDList results = compiled().call(out, function, recorder.autograd(), arguments);
            recorder.called(this, function, arguments, results);
            return results;
        } catch (EngineException e) {
            throw new KernelException("Kernel " + function + " of " + name + " failed: " + sentence(e), e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private NDArray single(String function, NDList result) {
        if (result.size() != 1) {
            result.close();
            throw new KernelException("Kernel " + function + " of " + name + " returns " + result.size() + " tensors where one is expected.", null);
        }
        return result.get(0);
    }

    private KernelCalls compiled() {
        KernelCalls now = calls;
        return now != null ? now : load();
    }

    private synchronized KernelCalls load() {
        if (calls == null) {
            Engine.getEngine("PyTorch");
            try {
                KernelCalls loaded = KernelCalls.load(text.archive());
                CLEANER.register(this, loaded::close);
                calls = loaded;
            } catch (EngineException e) {
                throw new KernelException("Kernel text " + name + " does not compile: " + sentence(e), e);
            }
        }
        return calls;
    }

    /** What TorchScript says, in one line, with the line number of the text. */
    private static String sentence(EngineException e) {
        String message = String.valueOf(e.getMessage());
        Matcher line = LINE.matcher(message);
        int number = 0;
        while (line.find()) {
            number = Integer.parseInt(line.group(1)) - KernelText.LINES_BEFORE;
        }
        int error = message.lastIndexOf("Error: ");
        int file = message.indexOf("File \"");
        String reason = error >= 0 ? message.substring(error + 7) : file > 0 ? message.substring(0, file) : message;
        String said = reason.strip().replaceAll("\\s+", " ").replaceAll(":$", "");
        return (number > 0 ? "line " + number + ": " : "") + (said.length() > LONGEST ? said.substring(0, LONGEST) + "…" : said);
    }

    private static String nameOf(Class<?> anchor, String resource) {
        return anchor.getPackageName().replace('.', '/') + "/" + resource;
    }

    private static String read(Class<?> anchor, String resource) {
        try (InputStream in = anchor.getResourceAsStream(resource)) {
            if (in == null) {
                throw new KernelException("Kernel text " + nameOf(anchor, resource) + " is missing from its bundle.", null);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new KernelException("Kernel text " + nameOf(anchor, resource) + " cannot be read: " + e.getMessage(), e);
        }
    }
}
