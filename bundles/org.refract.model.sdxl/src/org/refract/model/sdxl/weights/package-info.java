/** Weights in files: which files there are, what each calls a weight, and what LoRA adds to it. */
package org.refract.model.sdxl.weights;
