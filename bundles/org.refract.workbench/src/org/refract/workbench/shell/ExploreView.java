package org.refract.workbench.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.refract.api.view.View;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.part.ExplorePage;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Subjects;
import org.refract.workbench.work.Lanes;

/** The view {@code explore}: from a prompt to the features that draw it, and back by turning them. */
@Component(service = View.class)
public final class ExploreView implements View {
    private final Subjects subjects;
    private final Start start;

    @Activate
    public ExploreView(@Reference Subjects subjects, @Reference Start start) {
        this.subjects = subjects;
        this.start = start;
    }

    @Override
    public String id() {
        return "explore";
    }

    @Override
    public String title() {
        return "Explore";
    }

    @Override
    public void create(Composite parent) {
        Memory memory = start.memory();
        Lanes lanes = new Lanes(new ScreenThread(parent));
        Explorer explorer = new Explorer(subjects, lanes);
        new ExplorePage(parent, explorer, memory);
        parent.addListener(SWT.Dispose, e -> {
            remember(explorer, memory);
            explorer.close();
            lanes.close();
        });
        memory.get("explore.prompt").ifPresent(explorer::prompt);
        explorer.seed(memory.integer("explore.seed", 0));
        boolean remembered = memory.get("explore.prompt").isPresent();
        Optional<Path> last = memory.get("explore.folder").map(Path::of).filter(Files::isDirectory);
        explorer.open(start.subject().or(() -> last), start.model(), remembered && (start.subject().isEmpty() || start.subject().equals(last)));
    }

    private static void remember(Explorer explorer, Memory memory) {
        DrawRequest request = explorer.state().request();
        memory.put("explore.prompt", request.prompt());
        memory.put("explore.seed", Long.toString(request.seed()));
        explorer.state().subject().ifPresent(subject -> memory.put("explore.folder", subject.location().toString()));
        memory.save();
    }
}
