/** Descent by gradients: Adam, its schedules, clipping, decay and moving averages, for autoencoders and networks alike. */
package org.refract.engine.optimise;
