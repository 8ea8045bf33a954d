package org.refract.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The numbers that an option takes, both ends among them; {@link Ranges} checks it before a command begins. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER})
public @interface Within {

    /** The smallest. */
    double least();

    /** The largest. */
    double most();

    /** Whether {@link #least()} itself is too small. */
    boolean above() default false;
}
