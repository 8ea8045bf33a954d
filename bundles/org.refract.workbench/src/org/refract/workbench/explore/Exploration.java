package org.refract.workbench.explore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.refract.api.analysis.FeatureId;
import org.refract.workbench.picture.ActivationMap;
import org.refract.workbench.picture.Pixels;
import org.refract.workbench.subject.ActiveFeatures;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Drawing;
import org.refract.workbench.subject.FeatureDetails;
import org.refract.workbench.subject.FeatureRow;
import org.refract.workbench.subject.SubjectInfo;
import org.refract.workbench.subject.SubjectInfo.DictionaryInfo;
import org.refract.workbench.work.Progress;

/** What the Explore view shows. Read by widgets, changed by the {@link Explorer}, on the screen's thread only. */
public final class Exploration {
    private final List<Consumer<Part>> listeners = new ArrayList<>();

    private Optional<SubjectInfo> subject = Optional.empty();
    private Optional<Path> homeless = Optional.empty();
    private DrawRequest request = new DrawRequest("", 0, 1, 0, List.of());
    private Optional<Drawing> before = Optional.empty();
    private Optional<Drawing> after = Optional.empty();
    private Comparison comparison = Comparison.AFTER;
    private int dictionary;
    private List<FeatureRow> rows = List.of();
    private String search = "";
    private boolean wholeDictionary;
    private Order order = Order.STRONGEST;
    private Optional<FeatureRow> selected = Optional.empty();
    private Optional<FeatureDetails> details = Optional.empty();
    private Edit current = Edit.neutral(Edits.NOTHING, "", EditMode.SCALE);
    private final Edits edits = new Edits();
    private Overlay overlay = Overlay.FIRST;
    private Glance glance = Glance.NONE;
    private Brush brush = Brush.FIRST;
    private Optional<Progress> work = Optional.empty();
    private Optional<Pixels> preview = Optional.empty();
    private Status status = Status.QUIET;
    private String pointed = "";

    /** Calls back after each change. */
    public void onChange(Consumer<Part> listener) {
        listeners.add(listener);
    }

    void changed(Part part) {
        List.copyOf(listeners).forEach(listener -> listener.accept(part));
    }

    /** What was opened. */
    public Optional<SubjectInfo> subject() {
        return subject;
    }

    /** The run that could not be opened because its model was moved. */
    public Optional<Path> homeless() {
        return homeless;
    }

    /** What "Generate" will draw, without edits. */
    public DrawRequest request() {
        return request;
    }

    /** The untouched picture. */
    public Optional<Drawing> before() {
        return before;
    }

    /** The picture with the edits, if there are any that change something. */
    public Optional<Drawing> after() {
        return after;
    }

    /** Which pictures are shown. */
    public Comparison comparison() {
        return comparison;
    }

    /** The chosen hook point, as its place in {@link SubjectInfo#dictionaries()}. */
    public int dictionary() {
        return dictionary;
    }

    /** The chosen hook point's dictionary. */
    public Optional<DictionaryInfo> dictionaryInfo() {
        return subject.map(SubjectInfo::dictionaries).filter(list -> dictionary < list.size()).map(list -> list.get(dictionary));
    }

    /** The lines of the feature list. */
    public List<FeatureRow> rows() {
        return rows;
    }

    /** How many features the chosen hook point has. */
    public int features() {
        return dictionaryInfo().map(DictionaryInfo::latents).orElse(0);
    }

    /** What the list is searched for. */
    public String search() {
        return search;
    }

    /** Whether the list holds all features and not only those active in the picture. */
    public boolean wholeDictionary() {
        return wholeDictionary;
    }

    /** How the list is sorted. */
    public Order order() {
        return order;
    }

    /** The feature that a person looks at. */
    public Optional<FeatureRow> selected() {
        return selected;
    }

    /** The selected feature with its hook point. */
    public Optional<FeatureId> selectedId() {
        return selected.flatMap(row -> dictionaryInfo().map(d -> new FeatureId(d.point(), row.feature().latent())));
    }

    /** What is known of the selected feature, once it was read. */
    public Optional<FeatureDetails> details() {
        return details;
    }

    /** The selected feature's edit; neutral if nobody turned it. Means nothing while no feature is selected. */
    public Edit current() {
        return current;
    }

    /** All edits in the order in which they were made. */
    public Edits edits() {
        return edits;
    }

    /** What is asked for now. */
    History.Moment moment() {
        return new History.Moment(request, edits.all());
    }

    /** How the heat map lies over the picture. */
    public Overlay overlay() {
        return overlay;
    }

    /** What is seen for the moment. */
    public Glance glance() {
        return glance;
    }

    /** Whether the heat map is seen now. */
    public boolean showsMap() {
        return overlay.shown() || glance.overlays();
    }

    /** Whether the painted area is seen now. */
    public boolean showsPaint() {
        return current.mode() == EditMode.PAINT && selected.isPresent() && (glance.paint() || glance.overlays());
    }

    /** What a person paints with. */
    public Brush brush() {
        return brush;
    }

    /** Where the selected feature is active in a picture; in an edited one, after the edits. */
    public Optional<ActivationMap> map(Drawing picture) {
        return selected.flatMap(row -> active(picture).map(codes -> codes.map(row.feature().latent(), overlay.step())));
    }

    /** Where the selected feature is active in the untouched picture. */
    public Optional<ActivationMap> map() {
        return before.flatMap(this::map);
    }

    /** The active features of the chosen hook point in the untouched picture. */
    public Optional<ActiveFeatures> active() {
        return before.flatMap(this::active);
    }

    private Optional<ActiveFeatures> active(Drawing picture) {
        return Optional.of(picture).filter(d -> dictionary < d.codes().size()).map(d -> d.codes().get(dictionary));
    }

    /** How much the edits changed of the picture, from 0 to 1; empty without edits. */
    public Optional<Double> change() {
        return before.flatMap(b -> after.map(a -> b.picture().change(a.picture())));
    }

    /** How far the work in progress is; empty if there is none. */
    public Optional<Progress> work() {
        return work;
    }

    /** What the picture in work looks like so far; empty while nobody knows. */
    public Optional<Pixels> preview() {
        return preview;
    }

    /** The sentence in the status line. */
    public Status status() {
        return status;
    }

    /** What is under the pointer, in words; "" if nothing is. */
    public String pointed() {
        return pointed;
    }

    void subject(Optional<SubjectInfo> value) {
        subject = value;
        changed(Part.SUBJECT);
    }

    void homeless(Optional<Path> run) {
        homeless = run;
        changed(Part.STATUS);
    }

    void request(DrawRequest value) {
        request = value;
        changed(Part.REQUEST);
    }

    /** A new edited picture is shown bare: what lay over the former one would hide what has become of it. */
    void pictures(Optional<Drawing> untouched, Optional<Drawing> edited) {
        before = untouched;
        after = edited;
        if (edited.isPresent()) {
            overlay = overlay.withShown(false);
            glance = glance.withPaint(false);
        }
        changed(Part.PICTURE);
    }

    void comparison(Comparison value) {
        comparison = value;
        changed(Part.PICTURE);
    }

    void dictionary(int index) {
        dictionary = index;
    }

    void list(String text, boolean all, Order sorted) {
        search = text;
        wholeDictionary = all;
        order = sorted;
    }

    void rows(List<FeatureRow> value) {
        rows = value;
        changed(Part.FEATURES);
    }

    void selected(Optional<FeatureRow> row, Edit edit) {
        selected = row;
        current = edit;
        details = Optional.empty();
        changed(Part.SELECTION);
    }

    void details(FeatureDetails value) {
        details = Optional.of(value);
        changed(Part.DETAILS);
    }

    void current(Edit edit) {
        current = edit;
        changed(Part.EDITS);
    }

    void overlay(Overlay value) {
        overlay = value;
        changed(Part.OVERLAY);
    }

    void glance(Glance value) {
        if (!value.equals(glance)) {
            glance = value;
            changed(Part.OVERLAY);
        }
    }

    void brush(Brush value) {
        brush = value;
        changed(Part.OVERLAY);
    }

    void work(Optional<Progress> value) {
        work = value;
        changed(Part.WORK);
    }

    void preview(Optional<Pixels> value) {
        if (!value.equals(preview)) {
            preview = value;
            changed(Part.PREVIEW);
        }
    }

    void status(Status value) {
        status = value;
        changed(Part.STATUS);
    }

    void pointed(String words) {
        if (!words.equals(pointed)) {
            pointed = words;
            changed(Part.STATUS);
        }
    }
}
