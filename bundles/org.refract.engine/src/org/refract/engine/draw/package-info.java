/** Pictures out of several runs of image models. */
package org.refract.engine.draw;
