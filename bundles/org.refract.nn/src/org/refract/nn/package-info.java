/** A network as a tree of modules whose path is the checkpoint's name, the hook point and the parameter at once, and its forward pass. */
package org.refract.nn;
