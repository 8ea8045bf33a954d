/** Gated sparse autoencoders. */
package org.refract.sae.gated;
