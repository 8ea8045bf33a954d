package org.refract.sae.topk;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/**
 * Named tensors from outside, taken one by one with their shapes checked.
 *
 * @param tensors by name, on any device, of any floating type
 * @param owner gets the copies, on its device
 * @param step holds what lies between
 */
record TensorTable(Map<String, NDArray> tensors, Scope owner, Scope step) {

    /** A float32 copy. */
    NDArray floats(String name, long... shape) throws RefractException {
        return copy(weight(name, shape));
    }

    /** A float32 copy of the transpose. */
    NDArray transposed(String name, long... shape) throws RefractException {
        return copy(step.adopt(weight(name, shape).transpose()));
    }

    /** An int64 copy. */
    NDArray longs(String name, long... shape) throws RefractException {
        NDArray x = moved(name, shape);
        if (DTypes.of(x).isFloating() || DTypes.of(x) == TorchType.BOOL) {
            throw RefractException.usage("The tensor '%s' is of %s where whole numbers belong.", name, DTypes.of(x));
        }
        return copy(DTypes.cast(step.manager(), x, TorchType.INT64));
    }

    private NDArray weight(String name, long... shape) throws RefractException {
        NDArray x = moved(name, shape);
        if (!DTypes.of(x).isFloating() || !Tensors.areFinite(x)) {
            throw RefractException.usage("The tensor '%s' of %s holds no weights, which are finite numbers with a fraction: it was damaged, or its training"
                    + " diverged.", name, DTypes.of(x));
        }
        return DTypes.cast(step.manager(), x, TorchType.FLOAT32);
    }

    private NDArray copy(NDArray x) {
        return TopKSae.KERNELS.call(owner, "own", x);
    }

    private NDArray moved(String name, long... shape) throws RefractException {
        NDArray x = tensors.get(name);
        if (x == null) {
            throw RefractException.usage("A topk autoencoder needs the tensor '%s', and it is missing; there is %s.", name,
                    String.join(", ", tensors.keySet()));
        }
        if (!Arrays.equals(x.getShape().getShape(), shape)) {
            throw RefractException.usage("The tensor '%s' has shape %s where a topk autoencoder of this size has %s.", name,
                    Arrays.toString(x.getShape().getShape()), Arrays.toString(shape));
        }
        return DTypes.move(step.manager(), x, owner.placement());
    }
}
