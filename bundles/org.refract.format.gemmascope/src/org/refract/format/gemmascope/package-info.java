/** Gemma Scope checkpoints: params.npz. */
package org.refract.format.gemmascope;
