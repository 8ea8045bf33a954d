/** The forms of published sparse autoencoders, written once: what they compute, how their tensors are called, and their training steps' common parts. */
package org.refract.engine.sae;
