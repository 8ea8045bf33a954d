/** Layers with named weights, and the forward pass that lets hooks read and replace what flows between them. */
package org.refract.model.sdxl.nn;
