package org.refract.engine.kernel;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/**
 * Numbers that a kernel takes as one list and unpacks to names. In Java they are a record whose components have these names in this order, {@code
 * deadFrom} for {@code dead_from}; a test holds {@link #names} against {@link KernelLibrary#unpacked}.
 */
public final class KernelPack {

    private static final ClassValue<Method[]> ACCESSORS = new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> pack) {
            Method[] accessors = Arrays.stream(pack.getRecordComponents()).map(RecordComponent::getAccessor).toArray(Method[]::new);
            Arrays.stream(accessors).forEach(accessor -> accessor.setAccessible(true));
            return accessors;
        }
    };

    private KernelPack() {
    }

    /** A record of whole numbers as {@code List[int]}. */
    public static long[] integers(Record pack) {
        Method[] accessors = ACCESSORS.get(pack.getClass());
        long[] numbers = new long[accessors.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((Number) value(accessors[i], pack)).longValue();
        }
        return numbers;
    }

    /** A record of numbers as {@code List[float]}. */
    public static double[] reals(Record pack) {
        Method[] accessors = ACCESSORS.get(pack.getClass());
        double[] numbers = new double[accessors.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((Number) value(accessors[i], pack)).doubleValue();
        }
        return numbers;
    }

    /** A record of flags as {@code List[bool]}. */
    public static boolean[] flags(Record pack) {
        Method[] accessors = ACCESSORS.get(pack.getClass());
        boolean[] flags = new boolean[accessors.length];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = (Boolean) value(accessors[i], pack);
        }
        return flags;
    }

    /** The names of a record's components as kernels write them. */
    public static List<String> names(Class<? extends Record> pack) {
        return Arrays.stream(pack.getRecordComponents()).map(c -> c.getName().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT)).toList();
    }

    private static Object value(Method accessor, Record pack) {
        try {
            return accessor.invoke(pack);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }
}
