package org.refract.nn.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.Pass;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;
import org.refract.nn.Module;

/** The golden values of layers, and what tests of them share. */
final class Bricks {

    private Bricks() {
    }

    static SafeTensors golden(String name) throws RefractException {
        return SafeTensors.open(new Locations().reference("nn").resolve(name + ".safetensors"));
    }

    /** With which settings a file's values were made. */
    static Json settings(SafeTensors golden) throws RefractException {
        return Json.parse(golden.location().toString(), golden.metadata().get("settings"));
    }

    static Forward run(Scope scope) {
        return new Forward(new HookTable(List.of()), new Pass(0, 1, 0, 1, false), scope.manager());
    }

    /** Fills a layer with the tensors of a file that have the names of its weights. */
    static <M extends Module> M fill(M layer, SafeTensors file, Scope scope) throws RefractException {
        for (var parameter : layer.parameters().toList()) {
            parameter.fill(file.read(parameter.path().substring(layer.path().length() + 1), scope));
        }
        return layer;
    }

    static void assertNear(float[] expected, NDArray found, float tolerance) {
        assertArrayEquals(expected, Tensors.floats(found), tolerance);
    }
}
