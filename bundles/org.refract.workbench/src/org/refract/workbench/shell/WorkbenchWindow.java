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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
import org.refract.engine.extension.Calls;
import org.refract.workbench.Workbench;

/**
 * Opens the window on the JVM's main thread, the only one on which some platforms allow it: the launcher runs there whatever is
 * registered as a {@link Runnable} with the property {@code main.thread}.
 */
@Component(service = Workbench.class)
public final class WorkbenchWindow implements Workbench {
    private static final long LOOK_MILLIS = 200;

    private final BundleContext context;
    private final Start start;
    private final Set<View> views = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Optional<Calls>> screen = new AtomicReference<>(Optional.empty());
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
            Optional<RefractException> failure = attended(closed);
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

    /** Waits for the window's end; a view that keeps the screen's thread is named, and not waited for beyond the time limit. */
    private Optional<RefractException> attended(CompletableFuture<Optional<RefractException>> closed) throws InterruptedException, ExecutionException {
        Optional<Calls.Call> told = Optional.empty();
        while (true) {
            try {
                return closed.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException open) {
                Optional<Calls.Call> call = screen.get().flatMap(Calls::current);
                if (call.isPresent() && Calls.limit().filter(limit -> call.get().age().compareTo(limit) >= 0).isPresent()) {
                    return Optional.of(RefractException.failure("%s", call.get().limitSentence()));
                }
                if (call.isPresent() && !call.equals(told) && call.get().age().compareTo(Calls.grace()) >= 0) {
                    System.err.println("refract: " + call.get().waitSentence(call.get().age()) + " The window does not answer meanwhile; Ctrl-C ends it,"
                            + " and --safe starts without extensions.");
                    told = call;
                }
            }
        }
    }

    private void show() throws RefractException {
        screen.set(Optional.of(Calls.ofThisThread()));
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
