package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import picocli.CommandLine;

class PictureOptionsTest {
    private static ImageRequest read(String... arguments) throws RefractException {
        return CommandLine.populateCommand(new PictureOptions(), arguments).request(ImageRequest.of(4, 0, 64, 64), List.of("a", "b"));
    }

    @Test
    void whatIsNotSaidIsTheModelsOwn() throws RefractException {
        ImageRequest request = read();
        assertEquals(List.of(0L, 1L), request.seeds());
        assertEquals(4, request.steps());
        assertEquals(64, request.width());
    }

    @Test
    void whatIsSaidCounts() throws RefractException {
        ImageRequest request = read("--seed", "7", "--steps", "2", "--guidance", "5", "--size", "128x64", "--negative", "blurred", "--scheduler", "euler");
        assertEquals(List.of(7L, 8L), request.seeds());
        assertEquals(2, request.steps());
        assertEquals(128, request.width());
        assertEquals(64, request.height());
        assertEquals(List.of("blurred"), request.negativePrompts());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--steps=0", "--steps=100000", "--guidance=-1", "--guidance=NaN", "--size=0", "--size=axb", "--size=1x2x3", "--size=x", "--negative=blurred"})
    void nonsenseIsRefusedWithASentence(String argument) {
        assertEquals(2, assertThrows(RefractException.class, () -> read(argument)).exitCode());
    }
}
