package org.refract.workbench.shell;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.swt.SWTException;
import org.eclipse.swt.widgets.Display;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.view.View;
import org.refract.workbench.Workbench;

/**
 * Opens the window on the JVM's main thread, the only one on which some platforms allow it: the launcher runs there whatever is
 * registered as a {@link Runnable} with the property {@code main.thread}.
 */
@Component(service = Workbench.class)
public final class WorkbenchWindow implements Workbench {
    private final BundleContext context;
    private final Start start;
    private final Set<View> views = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Optional<Window>> open = new AtomicReference<>(Optional.empty());

    @Activate
    public WorkbenchWindow(BundleContext context, @Reference Start start) {
        this.context = context;
        this.start = start;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addView(View view) {
        views.add(view);
        onScreen(window -> window.add(view));
    }

    void removeView(View view) {
        views.remove(view);
        onScreen(window -> window.remove(view));
    }

    private void onScreen(Consumer<Window> action) {
        open.get().ifPresent(window -> {
            try {
                Display display = window.shell().getDisplay();
                display.asyncExec(() -> {
                    if (!window.shell().isDisposed()) {
                        action.accept(window);
                    }
                });
            } catch (SWTException closedMeanwhile) {
                open.set(Optional.empty());
            }
        });
    }

    @Override
    public void open(Optional<Path> subject, Optional<Path> model, Placement placement) throws RefractException, InterruptedException {
        Screen.require(System.getProperty("os.name"), System.getenv());
        start.subject(subject, model);
        start.placement(placement);
        CompletableFuture<Optional<RefractException>> closed = new CompletableFuture<>();
        Runnable window = () -> {
            try {
                show();
                closed.complete(Optional.empty());
            } catch (RefractException e) {
                closed.complete(Optional.of(e));
            } catch (RuntimeException | LinkageError e) {
                closed.completeExceptionally(e);
            }
        };
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put("main.thread", true);
        ServiceRegistration<Runnable> registration = context.registerService(Runnable.class, window, properties);
        try {
            Optional<RefractException> failure = closed.get();
            if (failure.isPresent()) {
                throw failure.get();
            }
        } catch (InterruptedException e) {
            onScreen(w -> w.shell().close());
            throw e;
        } catch (ExecutionException e) {
            throw RefractException.failure(e.getCause(), "The window failed unexpectedly: %s.", e.getCause());
        } finally {
            registration.unregister();
        }
    }

    private void show() throws RefractException {
        Display.setAppName("Refract");
        Display display = Screen.connect();
        try {
            Window window = new Window(display, start.memory());
            open.set(Optional.of(window));
            inOrder(views).forEach(window::add);
            window.run();
        } finally {
            open.set(Optional.empty());
            display.dispose();
        }
    }

    /** By their ids; one that cannot say its id stands where its class's name does, so that it keeps none of the others away. */
    static List<View> inOrder(Collection<View> views) {
        return views.stream().sorted(Comparator.comparing(WorkbenchWindow::id)).toList();
    }

    private static String id(View view) {
        try {
            return view.id();
        } catch (RuntimeException | LinkageError e) {
            return view.getClass().getName();
        }
    }
}
