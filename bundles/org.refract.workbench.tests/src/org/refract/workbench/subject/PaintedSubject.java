package org.refract.workbench.subject;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.refract.api.RefractException;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Label;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.draw.PictureRecipes.Past;
import org.refract.workbench.picture.ActivationMap;
import org.refract.workbench.picture.Pixels;
import org.refract.workbench.subject.FeatureDetails.ExamplePicture;
import org.refract.workbench.subject.FeatureDetails.Histogram;
import org.refract.workbench.subject.FeatureDetails.Neighbour;
import org.refract.workbench.subject.SubjectInfo.DictionaryInfo;

/**
 * A model that needs no weights: its pictures are discs of the prompt's colour, every feature is a disc of its own colour, and an edit
 * paints over the picture. With {@link #hold()} each denoising step waits for {@link #letGo()} or for its cancellation.
 */
public final class PaintedSubject implements Subject {
    /** Pixels of an edge. */
    public static final int SIZE = 64;
    /** Cells of an edge of a map. */
    public static final int MAP = 8;
    /** Features of each dictionary. */
    public static final int LATENTS = 200;

    /** Features of each dictionary that are never active. */
    public static final int DEAD = LATENTS / 50;

    private static final List<String> WORDS = List.of("red heart", "smiling face", "cat ears", "yellow background", "round shape", "sharp edge",
            "blue sky", "hand", "tiger stripes", "twilight blur", "fur", "sunglasses");

    private final SubjectInfo info;
    private final Semaphore steps = new Semaphore(0);
    private final Map<Path, DrawRequest> saved = new ConcurrentHashMap<>();
    private final Map<Path, Map<String, List<String>>> said = new ConcurrentHashMap<>();
    private volatile boolean held;
    private volatile boolean closed;

    /** @param folder an existing folder that plays the run's */
    public PaintedSubject(Path folder) {
        info = new SubjectInfo(folder, Optional.of(folder), folder.resolve("model"), "painted", Placement.CPU,
                new DrawRequest("a cat", 0, 4, 0, List.of()), true, List.of(), List.of(new DictionaryInfo(new HookPoint("unet.down_blocks.2.attentions.1", Site.UPDATE), "composition", LATENTS),
                        new DictionaryInfo(new HookPoint("unet.up_blocks.0.attentions.1", Site.UPDATE), "style", LATENTS)), List.of());
    }

    /** Opens this subject, whatever is asked for. */
    public static Subjects always(Subject subject) {
        return opening((location, moved, monitor) -> subject);
    }

    /** Opens a subject for a location, a moved model and a monitor. */
    public interface Opening {
        Subject open(Optional<Path> location, Optional<Path> moved, Monitor monitor) throws RefractException;
    }

    /** Opens as it is told to; the model of a run in a folder called {@code moved} is missing. */
    public static Subjects opening(Opening opening) {
        return new Subjects() {
            @Override
            public Subject open(Optional<Path> location, Optional<Path> moved, Monitor monitor) throws RefractException {
                return opening.open(location, moved, monitor);
            }

            @Override
            public Optional<Path> missingModel(Path location) {
                return location.endsWith("moved") ? Optional.of(Path.of("gone")) : Optional.empty();
            }
        };
    }

    /** From now on each step waits. */
    public void hold() {
        held = true;
    }

    /** One waiting step goes on. */
    public void letGo() {
        steps.release();
    }

    /** Whether its memory was given back. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public SubjectInfo info() {
        return info;
    }

    @Override
    public Drawing draw(DrawRequest request, Monitor monitor) throws RefractException {
        if (request.prompt().equals("impossible")) {
            throw RefractException.failure("The prompt 'impossible' cannot be drawn; write another one.");
        }
        monitor.stage("Denoising", request.steps());
        for (int i = 0; i < request.steps(); i++) {
            step(monitor);
            monitor.advance(1);
            monitor.preview(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB));
        }
        if (request.prompt().length() < 6) {
            monitor.note("The prompt was short.");
        }
        float[] values = new float[3 * SIZE * SIZE];
        long hash = request.prompt().hashCode() * 31L + request.seed();
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                boolean disc = Math.hypot(x - 32 - hash % 7, y - 32 + hash % 5) < 22;
                boolean eye = Math.hypot(x - 24, y - 28) < 4 || Math.hypot(x - 40, y - 28) < 4;
                for (int c = 0; c < 3; c++) {
                    float base = disc && !eye ? 0.25f + 0.7f * ((hash >> 5 * c & 15) / 15f) : eye ? 0.1f : 0.95f - 0.05f * c;
                    values[(c * SIZE + y) * SIZE + x] = base + changed(request.edits(), x, y, c);
                }
            }
        }
        return new Drawing(request, Pixels.of(values, SIZE, SIZE), codes(request));
    }

    private void step(Monitor monitor) {
        while (held && !steps.tryAcquire()) {
            monitor.checkpoint();
            Thread.onSpinWait();
        }
        monitor.checkpoint();
    }

    private static float changed(List<Intervention> edits, int x, int y, int c) {
        float sum = 0;
        for (Intervention edit : edits) {
            double amount = edit.mode() == Intervention.Mode.SCALE ? edit.strength() - 1 : edit.strength();
            double weight = edit.mask().map(m -> (double) m.weights()[y * m.columns() + x])
                    .orElseGet(() -> edit.mode() == Intervention.Mode.SCALE ? blob(edit.feature().latent(), x / 8, y / 8) : 1.0);
            sum += (float) (0.1 * amount * weight * ((edit.feature().latent() + c) % 3 - 0.7));
        }
        return sum;
    }

    private static double blob(int latent, double x, double y) {
        double cx = 1 + latent * 5 % 7;
        double cy = 1 + latent * 3 % 6;
        return Math.max(0, 1 - Math.hypot(x - cx, y - cy) / 3);
    }

    private List<ActiveFeatures> codes(DrawRequest request) {
        List<ActiveFeatures> all = new ArrayList<>();
        for (int d = 0; d < info.dictionaries().size(); d++) {
            List<ActiveFeatures.Codes> perStep = new ArrayList<>();
            for (int s = 0; s < request.steps(); s++) {
                int slots = 12;
                int[] latents = new int[MAP * MAP * slots];
                float[] values = new float[latents.length];
                for (int i = 0; i < latents.length; i++) {
                    int j = i % slots;
                    latents[i] = (int) Math.floorMod(j * 13L + d * 5L + request.prompt().length(), (long) LATENTS);
                    values[i] = (float) ((slots - j) * 0.7 * blob(latents[i], i / slots % MAP, i / slots / MAP) / (1 + s));
                }
                perStep.add(new ActiveFeatures.Codes(latents, values));
            }
            all.add(new ActiveFeatures(MAP, MAP, 12, perStep));
        }
        return all;
    }

    @Override
    public List<FeatureRow> features(int dictionary) {
        List<FeatureRow> rows = new ArrayList<>();
        for (int i = 0; i < LATENTS; i++) {
            rows.add(new FeatureRow(feature(i), 0));
        }
        return rows;
    }

    private static Feature feature(int latent) {
        Optional<Label> label = latent % 5 == 4 ? Optional.empty()
                : Optional.of(new Label(WORDS.get(latent % WORDS.size()) + (latent < WORDS.size() ? "" : " " + latent / WORDS.size()), 1, "painted", List.of()));
        return new Feature(latent, latent % 50 == 49 ? 0 : 0.4 / (1 + latent), 2.5, 11, 1.2, label);
    }

    @Override
    public FeatureDetails details(FeatureId id) throws RefractException {
        List<ExamplePicture> examples = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            float[] map = new float[MAP * MAP];
            for (int p = 0; p < map.length; p++) {
                map[p] = (float) blob(id.latent() + i / 4, p % MAP, p / MAP);
            }
            Drawing drawn = draw(new DrawRequest("example " + i, i, 0, 0, List.of()), Monitor.silent());
            examples.add(new ExamplePicture("example " + i, Optional.of((long) i), 3.0 / (1 + i), Optional.of(drawn.picture()), new ActivationMap(MAP, MAP, map)));
        }
        List<Neighbour> nearest = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            nearest.add(new Neighbour(new FeatureRow(feature((id.latent() + 7 * i) % LATENTS), 0), 0.9 / i));
        }
        int[] counts = new int[24];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = (int) (400 * Math.exp(-Math.pow((i - 13) / 5.0, 2)));
        }
        return new FeatureDetails(feature(id.latent()), examples, nearest, new Histogram("Positions by activation", "log10 of activation", -2, 1, counts));
    }

    @Override
    public Optional<Pixels> icon(FeatureId id) {
        int[] argb = new int[32 * 32];
        for (int i = 0; i < argb.length; i++) {
            boolean inside = Math.hypot(i % 32 - 16, i / 32 - 16) < 13;
            argb[i] = 0xFF000000 | (inside ? 0x204060 + 0x1F3A57 * id.latent() & 0xFFFFFF : 0xF4F4F4);
        }
        return id.latent() % 11 == 10 ? Optional.empty() : Optional.of(new Pixels(32, 32, argb));
    }

    @Override
    public void save(Drawing drawing, Map<String, List<String>> options, Path file) {
        saved.put(file, drawing.request());
        said.put(file, options);
    }

    /** What was said of a picture that was saved. */
    public Map<String, List<String>> said(Path file) {
        return said.get(file);
    }

    @Override
    public Past recall(Path picture) throws RefractException {
        if (!saved.containsKey(picture)) {
            throw RefractException.usage("%s says nothing of how it was drawn.", picture);
        }
        DrawRequest r = saved.get(picture);
        return new Past(Optional.of(r.prompt()).filter(p -> !p.isEmpty()), Optional.of(r.seed()), Optional.of(r.steps()), Optional.of(r.guidance()), r.edits(), Optional.empty(),
                Optional.empty(), Map.of(), List.of());
    }

    @Override
    public void close() {
        closed = true;
    }
}
