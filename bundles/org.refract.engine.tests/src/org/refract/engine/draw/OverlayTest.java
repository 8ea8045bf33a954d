package org.refract.engine.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.model.Placement;
import org.refract.api.model.StartImage;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

class OverlayTest {

    private static final float[] PHOTO = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f};

    private static NDArray drawn(Scope scope) {
        float[] values = new float[18];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 - i / 32f;
        }
        return Tensors.of(scope.manager(), values, 2, 3, 1, 3);
    }

    @Test
    void theMaskSaysHowMuchOfThePhotoStaysInEveryPicture() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray mask = Tensors.of(scope.manager(), new float[] {0, 1, 0.25f}, 1, 1, 1, 3);
            float[] over = Tensors.floats(Overlay.over(new StartImage(Tensors.of(scope.manager(), PHOTO, 1, 3, 1, 3), 0.5, Optional.of(mask)),
                    drawn(scope), scope.manager()));
            for (int i = 0; i < over.length; i += 3) {
                assertEquals(PHOTO[i % 9], over[i]);
                assertEquals(1 - (i + 1) / 32f, over[i + 1]);
                assertEquals(0.75f * PHOTO[i % 9 + 2] + 0.25f * (1 - (i + 2) / 32f), over[i + 2], 1e-6f);
            }
        }
    }

    @Test
    void withoutAMaskThePicturesStayAsTheyAre() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray drawn = drawn(scope);
            NDArray photo = Tensors.of(scope.manager(), PHOTO, 1, 3, 1, 3);
            assertSame(drawn, Overlay.over(StartImage.of(photo, 0.5), drawn, scope.manager()));
            assertArrayEquals(PHOTO, Tensors.floats(photo));
        }
    }
}
