package org.refract.cli;

import org.refract.api.command.Command;

/** A command that computes with tensors: libtorch is loaded before it begins, and so before it reads a file. */
public interface TensorCommand extends Command {

    /** Whether it does with the options that it was given. */
    default boolean computes() {
        return true;
    }
}
