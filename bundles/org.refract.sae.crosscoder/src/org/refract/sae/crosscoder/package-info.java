/** Crosscoders: one sparse dictionary of several hook points. */
package org.refract.sae.crosscoder;
