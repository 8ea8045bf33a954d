package org.refract.engine.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.tensor.Positions;
import org.refract.engine.tensor.Tensors;

/** Reads which features are active at a hook point; of a guided batch, those of the conditional rows. It changes nothing. */
public final class CodesHook implements Hook {
    private final HookPoint point;
    private final Sae sae;
    private final List<StepCodes> passes = new ArrayList<>();

    public CodesHook(HookPoint point, Sae sae) {
        this.point = point;
        this.sae = sae;
    }

    @Override
    public HookPoint point() {
        return point;
    }

    @Override
    public NDArray apply(Pass pass, NDArray value) {
        try (NDManager scope = value.getManager().newSubManager()) {
            NDArray wanted = pass.guided() ? value.get(pass.examples() + ":") : value;
            if (wanted != value) {
                wanted.attach(scope);
            }
            Positions positions = Positions.of(wanted);
            SparseCodes codes = sae.encode(Positions.rows(scope, wanted));
            passes.add(new StepCodes(pass.step(), pass.timestep(), positions.examples(), positions.rows(), positions.columns(),
                    (int) codes.slots(), Tensors.ints(codes.indices()), Tensors.floats(codes.values())));
        }
        return value;
    }

    /** What was read, one per pass. */
    public List<StepCodes> passes() {
        return List.copyOf(passes);
    }
}
