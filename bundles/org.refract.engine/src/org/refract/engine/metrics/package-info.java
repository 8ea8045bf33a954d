/** How good a dictionary is: published measures over recorded activations, what a model loses with it, and whether seeds agree. */
package org.refract.engine.metrics;
