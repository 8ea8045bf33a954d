/** Training of sparse autoencoders from activation stores. */
package org.refract.engine.train;
