/** Sparse autoencoders whose penalty's exponent falls while they train. */
package org.refract.sae.panneal;
