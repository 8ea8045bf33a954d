/** Tensors: who owns them, on which thread and in which element type, and the numbers drawn at random. */
package org.refract.engine.tensor;
