/** Matryoshka sparse autoencoders. */
package org.refract.sae.matryoshka;
