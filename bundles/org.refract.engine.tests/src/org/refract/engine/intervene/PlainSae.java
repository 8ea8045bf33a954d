package org.refract.engine.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;

/** A top-k autoencoder with random weights, and the same in plain Java for comparison. */
public final class PlainSae implements Sae {
    private static final KernelLibrary KERNELS = KernelLibrary.ofText("plain top-k", """
            def encode(x: Tensor, w: Tensor, k: int) -> Tuple[Tensor, Tensor]:
              v, i = torch.topk(torch.relu(torch.matmul(x, w.t())), k, 1, True, True)
              return (i, v)
            """);

    private final NDArray weight;
    private final float[][] rows;
    private final SaeConfig config;
    private final int k;

    /** Random decoder rows of unit length; the encoder is their transpose. */
    public PlainSae(NDManager manager, int width, int latents, int k, long seed) {
        this(manager, randomRows(width, latents, seed), k);
    }

    /** Given decoder rows. */
    public PlainSae(NDManager manager, float[][] rows, int k) {
        this.rows = rows;
        this.k = k;
        float[] flat = new float[rows.length * rows[0].length];
        for (int f = 0; f < rows.length; f++) {
            System.arraycopy(rows[f], 0, flat, f * rows[0].length, rows[0].length);
        }
        weight = Tensors.of(manager, flat, rows.length, rows[0].length);
        try {
            Hyperparameter active = new Hyperparameter("k", Hyperparameter.Kind.INTEGER, String.valueOf(k), "", java.util.Optional.empty());
            config = new SaeConfig("plain", rows[0].length, rows[0].length, rows.length, Settings.of(List.of(active), Map.of()));
        } catch (RefractException e) {
            throw new IllegalStateException(e);
        }
    }

    private static float[][] randomRows(int width, int latents, long seed) {
        Random random = new Random(seed);
        float[][] rows = new float[latents][width];
        for (float[] row : rows) {
            double norm = 0;
            for (int c = 0; c < width; c++) {
                row[c] = (float) random.nextGaussian();
                norm += row[c] * row[c];
            }
            for (int c = 0; c < width; c++) {
                row[c] /= (float) Math.sqrt(norm);
            }
        }
        return rows;
    }

    /** Row f of the decoder. */
    public float[] direction(int latent) {
        return rows[latent].clone();
    }

    /** The activations of one vector, dense. */
    public double[] activations(float[] x) {
        double[] z = new double[rows.length];
        for (int f = 0; f < rows.length; f++) {
            for (int c = 0; c < x.length; c++) {
                z[f] += rows[f][c] * x[c];
            }
        }
        double[] sorted = z.clone();
        java.util.Arrays.sort(sorted);
        double least = Math.max(0, sorted[rows.length - k]);
        for (int f = 0; f < rows.length; f++) {
            z[f] = z[f] >= least ? Math.max(z[f], 0) : 0;
        }
        return z;
    }

    @Override
    public SaeConfig config() {
        return config;
    }

    @Override
    public SparseCodes encode(NDArray x) {
        var codes = KERNELS.callList(x.getManager(), "encode", x, weight, k);
        return new SparseCodes(codes.get(0), codes.get(1), rows.length);
    }

    @Override
    public NDArray decode(SparseCodes codes) {
        throw new UnsupportedOperationException("not needed here");
    }

    @Override
    public NDArray decoder() {
        return weight;
    }

    @Override
    public Map<String, NDArray> tensors() {
        return Map.of("weight", weight);
    }

    @Override
    public void close() {
        weight.close();
    }
}
