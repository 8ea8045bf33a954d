/** Sparse autoencoders with a threshold per latent. */
package org.refract.sae.jumprelu;
