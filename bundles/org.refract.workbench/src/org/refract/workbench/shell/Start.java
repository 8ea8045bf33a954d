package org.refract.workbench.shell;

import java.nio.file.Path;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;

/** What the window starts with: what it remembers, and what it was asked to open. */
@Component(service = Start.class)
public final class Start {
    private final Memory memory;
    private volatile Optional<Path> subject = Optional.empty();
    private volatile Optional<Path> model = Optional.empty();
    private volatile Placement placement = Placement.CPU;

    /** With this person's memory. */
    @Activate
    public Start() {
        this(new Locations().config().resolve("workbench.json"));
    }

    Start(Path file) {
        this.memory = new Memory(file);
    }

    /** What was remembered. */
    Memory memory() {
        return memory;
    }

    /** The folder that was named on the command line. */
    Optional<Path> subject() {
        return subject;
    }

    /** Where that run's model lies now, if it was moved. */
    Optional<Path> model() {
        return model;
    }

    /** Where models compute. */
    public Placement placement() {
        return placement;
    }

    void placement(Placement device) {
        placement = device;
    }

    void subject(Optional<Path> folder) {
        subject(folder, Optional.empty());
    }

    void subject(Optional<Path> folder, Optional<Path> folderOfModel) {
        subject = folder.map(f -> f.toAbsolutePath().normalize());
        model = folderOfModel;
    }
}
