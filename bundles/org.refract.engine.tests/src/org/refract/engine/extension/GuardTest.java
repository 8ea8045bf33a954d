package org.refract.engine.extension;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.refract.api.RefractException;
import org.refract.api.analysis.Labeler;
import org.refract.api.job.CancelledException;
import org.refract.api.model.ImageModel;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeTrainer;

/** Whatever an extension throws, at any method of any extension point and of what it makes, names the extension and the method. */
class GuardTest {

    private static final Origin ORIGIN = new Origin("org.example.broken", new Version(1, 0, 0), Optional.of(Path.of("broken.jar")));
    private static final List<Throwable> UNEXPECTED = List.of(new IllegalStateException("on purpose"), new AssertionError("on purpose"), new StackOverflowError(),
            new NoClassDefFoundError("org/example/Missing"), new SecurityException("it tried to end Refract (System.exit(42))"));

    @Test
    void isNamedAtEveryMethodOfEveryPoint() {
        List<Class<?>> types = new ArrayList<>(Extensions.points());
        types.addAll(List.of(Sae.class, SaeTrainer.class, Labeler.Session.class, ImageModel.class));
        int calls = 0;
        for (Class<?> type : types) {
            for (Method method : type.getMethods()) {
                for (Throwable thrown : Modifier.isStatic(method.getModifiers()) ? List.<Throwable>of() : UNEXPECTED) {
                    ExtensionFailure failure = assertThrows(ExtensionFailure.class, () -> call(type, method, thrown), type + "." + method.getName());
                    assertTrue(failure.getMessage().startsWith("The extension org.example.broken 1.0.0 (broken.jar) failed in its role 'x' (" + method.getName() + "): "
                            + thrown.getClass().getSimpleName()), failure.getMessage());
                    calls++;
                }
            }
        }
        assertTrue(calls > 200, calls + " calls");
    }

    @Test
    void whatTheApiAllowsPassesAsItIs() throws Exception {
        Method open = Labeler.class.getMethod("open", List.class);
        for (Throwable allowed : List.of(RefractException.usage("no"), new CancelledException("Stopped."), new OutOfMemoryError())) {
            assertSame(allowed, assertThrows(allowed.getClass(), () -> call(Labeler.class, open, allowed)));
        }
    }

    @Test
    void aFailureThatIsNotDeclaredIsUnexpected() throws Exception {
        Method close = Sae.class.getMethod("close");
        assertThrows(ExtensionFailure.class, () -> call(Sae.class, close, RefractException.usage("no")));
        assertThrows(ExtensionFailure.class, () -> call(Sae.class, close, new IOException("no")));
    }

    private static <T> Object call(Class<T> type, Method method, Throwable thrown) throws Throwable {
        T broken = type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
            throw thrown;
        }));
        T guarded = Guard.around(type, broken, ORIGIN, "role 'x'");
        try {
            return method.invoke(guarded, Arrays.stream(method.getParameterTypes()).map(GuardTest::nothing).toArray());
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Object nothing(Class<?> type) {
        return type == int.class ? (Object) 0 : type == long.class ? (Object) 0L : type == boolean.class ? (Object) false : null;
    }
}
