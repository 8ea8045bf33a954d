/** Sparse autoencoders: variants, training and checkpoints. */
package org.refract.api.sae;
