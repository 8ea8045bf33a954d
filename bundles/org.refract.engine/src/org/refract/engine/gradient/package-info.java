/** Gradients of models that compute with kernels, with memory bounded by recomputation. */
package org.refract.engine.gradient;
