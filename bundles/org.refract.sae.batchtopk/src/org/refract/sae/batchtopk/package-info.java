/** BatchTopK sparse autoencoders. */
package org.refract.sae.batchtopk;
