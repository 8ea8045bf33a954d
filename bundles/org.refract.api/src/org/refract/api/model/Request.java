package org.refract.api.model;

/**
 * What is asked of a model: a written value, so that a run, a batch file, a worker process and a person say the same thing. It has a JSON form, in which
 * a tensor stands as a reference to a file; in memory it holds the tensor, whose owner is the caller. The same request of the same model gives the same
 * numbers.
 */
public sealed interface Request permits ImageRequest, TextRequest, PixelRequest {

    /** The kind's name in the written form: {@code image}, {@code text} or {@code pixels}. */
    String kind();

    /** How many examples it asks for, each a row of the output and a recording of a store. */
    int examples();

    /** What is said to the model's family alone, by the names of {@link Model#options}. */
    Options options();
}
