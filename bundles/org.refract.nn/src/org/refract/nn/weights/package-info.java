/** Weights in files: which files there are, where each weight lies, and the fingerprint of all of them. */
package org.refract.nn.weights;
