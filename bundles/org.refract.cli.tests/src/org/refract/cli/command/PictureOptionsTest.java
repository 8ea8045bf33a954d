package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Options;
import org.refract.cli.Ranges;
import picocli.CommandLine;

class PictureOptionsTest {
    private static ImageRequest read(String... arguments) throws RefractException {
        PictureOptions options = new PictureOptions();
        Ranges.check(new CommandLine(options).parseArgs(arguments));
        return options.request(ImageRequest.of(4, 0, 64, 64), List.of("a", "b"));
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
    @ValueSource(strings = {"--steps=0", "--steps=100000", "--guidance=-1", "--guidance=NaN", "--size=0", "--size=axb", "--size=1x2x3", "--size=x",
        "--seed=1,2", "--seed=x", "--seed=9-1", "--aspect=0", "--aspect=1:2:3", "--aspect=wide", "--clip-skip=-1", "--clip-skip=99", "--long-prompts=fold",
        "--weighting=loud", "--crop=1", "--crop=-1,0", "--crop=a,b",
        "--original-size=0", "--target-size=big", "--aesthetic-score=11"})
    void nonsenseIsRefusedWithASentence(String argument) {
        assertEquals(2, assertThrows(RefractException.class, () -> read(argument)).exitCode());
    }

    @Test
    void whatIsGuidedIsReadWithGuidance() throws RefractException {
        ImageRequest request = read("--guidance=5", "--guidance-rescale=0.7", "--guidance-from=0.1", "--guidance-until=0.9", "--negative2=b", "--negative=");
        assertEquals(List.of("0.7", "0.1", "0.9"), said(request, "guidance_rescale", "guidance_from", "guidance_until"));
        assertEquals(List.of(""), request.negativePrompts());
        assertEquals(List.of("b"), said(request, "negative2"));
        assertEquals(2, assertThrows(RefractException.class, () -> read("--guidance=5", "--guidance-from=0.9", "--guidance-until=0.1")).exitCode());
        assertEquals(2, assertThrows(RefractException.class, () -> read("--guidance=5", "--guidance-rescale=1.5")).exitCode());
    }

    @Test
    void whatIsNotSaidIsLeftToTheModel() throws RefractException {
        assertEquals(Options.NONE, read().options());
        assertEquals(List.of("cut"), said(read("--long-prompts=CUT"), "long_prompts"));
    }

    @Test
    void aFamilysOwnOptionsAreSaidByName() throws RefractException {
        assertEquals(List.of("4", "x=y"), said(read("--set", "shift=4", "--set", "word=x=y"), "shift", "word"));
    }

    @Test
    void textIsReadAsSaid() throws RefractException {
        ImageRequest request = read("--prompt2=z", "--clip-skip=2", "--weighting=a1111");
        assertEquals(List.of("z", "2", "a1111"), said(request, "prompt2", "clip_skip", "weighting"));
    }

    @Test
    void sizesAndCropsAreSaidAsTheyWereTyped() throws RefractException {
        ImageRequest request = read("--guidance=5", "--original-size=200x100", "--crop=8,16", "--target-size=64", "--aesthetic-score=7", "--negative-crop=1,2");
        assertEquals(List.of("200x100", "8,16", "64x64", "7.0", "1,2"), said(request, "original_size", "crop", "target_size", "aesthetic_score", "negative_crop"));
        assertEquals(List.of(), request.options().all("negative_original_size"));
    }

    private static List<String> said(ImageRequest request, String... names) {
        return Arrays.stream(names).map(name -> request.options().text(name).orElse("nothing")).toList();
    }

    @Test
    void anAspectIsTheNearestTrainedShapeAtTheModelsSize() throws RefractException {
        ImageRequest request = read("--aspect=16:9");
        assertEquals(88, request.width());
        assertEquals(48, request.height());
        assertEquals(40, AspectBuckets.all().size());
        assertEquals(List.of(1344, 768), java.util.Arrays.stream(AspectBuckets.nearest(16.0 / 9, 1024 * 1024)).boxed().toList());
        assertEquals(List.of(832, 1216), java.util.Arrays.stream(AspectBuckets.nearest(2.0 / 3, 1024 * 1024)).boxed().toList());
        assertEquals(2, assertThrows(RefractException.class, () -> read("--aspect=1", "--size=64")).exitCode());
    }

    @Test
    void aRandomSeedIsDrawnAndFitsEverywhere() throws RefractException {
        long seed = read("--seed=-1").seeds().getFirst();
        assertEquals(seed, seed & 0xFFFFFFFFL);
    }
}
