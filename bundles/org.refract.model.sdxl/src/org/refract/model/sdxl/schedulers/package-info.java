/** Noise schedules and their solvers. */
package org.refract.model.sdxl.schedulers;
