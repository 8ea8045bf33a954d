/** Sparse autoencoders with ReLU and an L1 penalty. */
package org.refract.sae.relu;
