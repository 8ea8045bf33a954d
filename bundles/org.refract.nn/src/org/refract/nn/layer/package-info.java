/** Layers, each a kernel with the weights that the field gives it. */
package org.refract.nn.layer;
