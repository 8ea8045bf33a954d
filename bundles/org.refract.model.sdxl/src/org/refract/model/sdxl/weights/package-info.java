/** What files of this family call the weights of its parts. */
package org.refract.model.sdxl.weights;
