/** openai/sparse_autoencoder checkpoints: one torch file. */
package org.refract.format.openai;
