package org.refract.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The numbers that an option takes, both ends among them; {@link Ranges} checks it before a command begins. On a text it holds for each number of a
 * list, {@code 4,8}; what in it is no number is the command's to refuse.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER})
public @interface Within {

    /** The smallest. */
    double least();

    /** The largest. */
    double most();

    /** Whether the numbers of a text are whole ones. */
    boolean whole() default false;

    /** Whether {@link #least()} itself is too small. */
    boolean above() default false;
}
