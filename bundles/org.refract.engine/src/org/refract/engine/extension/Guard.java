package org.refract.engine.extension;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;

/**
 * Stands before an extension's object and all that it makes: whatever it throws beyond what the API allows becomes an {@link ExtensionFailure} that
 * names the extension, and what should be answered at once is waited for only a while. Refract's own parts need no guard.
 */
final class Guard implements InvocationHandler {

    private static final String API = "org.refract.api.";
    private static final String ENGINE = "org.refract.engine.";
    /** What every face asks for lists and help; an answer takes no work. */
    private static final Set<String> ANSWERED_AT_ONCE = Set.of("id", "title", "description", "hyperparameters", "recognises");

    private final Object target;
    private final Origin origin;
    private final String role;
    private volatile boolean stuck;

    private Guard(Object target, Origin origin, String role) {
        this.target = target;
        this.origin = origin;
        this.role = role;
    }

    /**
     * @param role what it is, for sentences: {@code SAE variant 'topp'}
     */
    static <T> T around(Class<T> type, T service, Origin origin, String role) {
        return origin.isShipped() ? service : type.cast(proxy(service, new Guard(service, origin, role)));
    }

    /** The extension's own object behind a guard; any other as it is. */
    static Object behind(Object object) {
        return of(object).map(guard -> guard.target).orElse(object);
    }

    /** Who brings an object that an extension point handed out, or that such an object made; empty for Refract's own. */
    static Optional<Origin> origin(Object object) {
        return of(object).map(guard -> guard.origin);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return ofObject(proxy, method, arguments);
        }
        Object[] own = arguments == null ? new Object[0] : Arrays.stream(arguments).map(this::own).toArray();
        try {
            return guarded(method, ANSWERED_AT_ONCE.contains(method.getName()) ? atOnce(method, own) : watched(method, own));
        } catch (InvocationTargetException e) {
            throw allowed(method, e.getCause()) ? e.getCause() : failure(method, e.getCause());
        } catch (TimeoutException e) {
            stuck = true;
            throw failure(method, e);
        }
    }

    /** Whoever waits for this thread can see whom it is waiting for. */
    private Object watched(Method method, Object[] own) throws Exception {
        return Calls.ofThisThread().run(origin.toString(), "%s (%s)".formatted(role, method.getName()), () -> method.invoke(target, own));
    }

    /** One that did not come back once is not waited for again. */
    private Object atOnce(Method method, Object[] own) throws TimeoutException, InvocationTargetException {
        if (stuck) {
            throw new TimeoutException("it did not come back before");
        }
        try {
            return TimeLimit.call(origin.bundle(), () -> method.invoke(target, own));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof InvocationTargetException thrown ? thrown : new InvocationTargetException(e.getCause());
        }
    }

    private Object ofObject(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> role + " of " + origin;
        };
    }

    /** An extension gets its own objects back as it made them, as it may cast them. */
    private Object own(Object argument) {
        return of(argument).filter(guard -> guard.origin.equals(origin)).map(guard -> guard.target).orElse(argument);
    }

    /** What an extension makes for the API (an SAE, a trainer, a model) is guarded like itself. */
    private Object guarded(Method method, Object made) {
        Class<?> type = method.getReturnType();
        boolean role = made != null && type.isInterface() && type.getName().startsWith(API);
        return role && of(made).isEmpty() ? proxy(made, new Guard(made, origin, this.role)) : made;
    }

    private static boolean allowed(Method method, Throwable thrown) {
        return switch (thrown) {
            case ExtensionFailure told -> true;
            case CancelledException stopped -> true;
            case OutOfMemoryError memory -> true;
            case RuntimeException unexpected -> false;
            case Error unexpected -> false;
            case RefractException sentence -> declares(method, sentence);
            default -> declares(method, thrown);
        };
    }

    private static boolean declares(Method method, Throwable thrown) {
        return Arrays.stream(method.getExceptionTypes()).anyMatch(type -> type.isInstance(thrown));
    }

    private ExtensionFailure failure(Method method, Throwable cause) {
        String why = cause instanceof TimeoutException ? cause.getMessage() : ExtensionFailure.said(cause);
        return new ExtensionFailure("The extension %s failed in its %s (%s): %s.".formatted(origin, role, method.getName(), why), cause);
    }

    private static Optional<Guard> of(Object object) {
        return object != null && Proxy.isProxyClass(object.getClass()) && Proxy.getInvocationHandler(object) instanceof Guard guard
                ? Optional.of(guard)
                : Optional.empty();
    }

    private static Object proxy(Object target, Guard guard) {
        Set<Class<?>> roles = new LinkedHashSet<>();
        for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
            collect(type, roles);
        }
        return Proxy.newProxyInstance(Guard.class.getClassLoader(), roles.toArray(Class[]::new), guard);
    }

    /** The API's interfaces among those of a type; a proxy of all of them answers every question that the object itself would. */
    private static void collect(Class<?> type, Set<Class<?>> roles) {
        for (Class<?> each : type.getInterfaces()) {
            if (isRole(each)) {
                roles.add(each);
            } else {
                collect(each, roles);
            }
        }
    }

    private static boolean isRole(Class<?> type) {
        return Modifier.isPublic(type.getModifiers()) && (type.getName().startsWith(API) || type.getName().startsWith(ENGINE));
    }
}
