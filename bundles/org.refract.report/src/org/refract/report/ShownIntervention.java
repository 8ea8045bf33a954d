package org.refract.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.engine.file.FileFailure;
import org.refract.engine.unpack.RunFolder;
import org.refract.engine.unpack.Showcase;
import org.refract.engine.unpack.ShowcaseFiles;
import org.refract.pictures.EncodedPicture;

/**
 * Pictures without and with changes of one feature.
 *
 * @param block    the feature's block in the report, -1 if it has none there
 * @param latent   the feature
 * @param title    its label or number
 * @param effect   mean absolute change of a pixel when it is switched off
 * @param locality share of that change that falls where the feature was active
 * @param area     share of the picture where it was active
 * @param width    pixels
 * @param height   pixels
 * @param shots    the changed pictures
 */
record ShownIntervention(int block, int latent, String title, double effect, double locality, double area, int width, int height, List<Shot> shots) {

    /**
     * A changed picture beside the unchanged one of the same prompt and seed.
     *
     * @param change  mean absolute difference of a channel between the two, in [0, 1]
     * @param command makes it again
     */
    record Shot(String caption, String prompt, String before, String after, double change, String command) {
    }

    /** Every showcase of a run; their pictures are copied into {@code images/}. */
    static List<ShownIntervention> read(RunFolder run, List<Block> blocks, Commands commands, Path folder) throws RefractException {
        List<ShownIntervention> shown = new ArrayList<>();
        for (Showcase showcase : ShowcaseFiles.read(run)) {
            shown.add(of(showcase, run, blocks, commands, folder));
        }
        return shown;
    }

    private static ShownIntervention of(Showcase showcase, RunFolder run, List<Block> blocks, Commands commands, Path folder)
            throws RefractException {
        Map<String, Showcase.Shot> unchanged = new HashMap<>();
        List<Shot> shots = new ArrayList<>();
        int[] size = {1, 1};
        for (Showcase.Shot shot : showcase.shots()) {
            String subject = shot.seed() + " " + shot.prompt();
            Path picture = run.interventions().resolve(shot.file());
            if (shot.intervention().isEmpty()) {
                unchanged.put(subject, shot);
                BufferedImage image = image(picture);
                size = new int[] {image.getWidth(), image.getHeight()};
            } else if (unchanged.containsKey(subject)) {
                Path before = run.interventions().resolve(unchanged.get(subject).file());
                shots.add(new Shot(shot.caption(), shot.prompt(), copy(before, folder), copy(picture, folder), difference(image(before), image(picture)),
                        commands.shot(showcase, shot)));
            }
        }
        int block = blocks.stream().filter(b -> b.point().equals(Block.path(showcase.point()))).mapToInt(Block::index).findFirst().orElse(-1);
        return new ShownIntervention(block, showcase.latent(), showcase.label().filter(l -> !l.isBlank()).orElse("#" + showcase.latent()),
                showcase.effect(), showcase.locality(), showcase.area(), size[0], size[1], shots);
    }

    private static String copy(Path picture, Path folder) throws RefractException {
        String name = "images/interventions/" + picture.getFileName();
        Path target = folder.resolve(name);
        try {
            Files.createDirectories(target.getParent());
            if (!Files.exists(target)) {
                Files.copy(picture, target);
            }
            return name;
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        }
    }

    private static double difference(BufferedImage one, BufferedImage other) {
        if (one.getWidth() != other.getWidth() || one.getHeight() != other.getHeight()) {
            return Double.NaN;
        }
        long sum = 0;
        for (int y = 0; y < one.getHeight(); y++) {
            for (int x = 0; x < one.getWidth(); x++) {
                int a = one.getRGB(x, y);
                int b = other.getRGB(x, y);
                sum += Math.abs((a >> 16 & 255) - (b >> 16 & 255)) + Math.abs((a >> 8 & 255) - (b >> 8 & 255)) + Math.abs((a & 255) - (b & 255));
            }
        }
        return sum / (3.0 * 255 * one.getWidth() * one.getHeight());
    }

    private static BufferedImage image(Path picture) throws RefractException {
        return EncodedPicture.of(picture).decoded().orElseThrow(() -> RefractException.usage(
                "The picture %s is damaged; delete the folder it lies in and run refract unpack again.", picture));
    }
}
