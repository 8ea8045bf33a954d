/** Tensor functions written as TorchScript text beside the Java that uses them. */
package org.refract.engine.kernel;
