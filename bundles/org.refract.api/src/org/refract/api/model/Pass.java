package org.refract.api.model;

/**
 * One forward pass of a model within a run.
 *
 * @param step     index of the denoising step or generated token, from 0
 * @param steps    how many there are in the run
 * @param timestep the noise scheduler's timestep (0..1000 for SDXL), 0 for models without one
 * @param examples how many examples run together
 * @param guided   whether the batch holds every example twice, first all unconditional rows, then all conditional ones
 *                 (classifier-free guidance); then row {@code examples + i} is the conditional row of example {@code i}
 */
public record Pass(int step, int steps, double timestep, int examples, boolean guided) {
}
