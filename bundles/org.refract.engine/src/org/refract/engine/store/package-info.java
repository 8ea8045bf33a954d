/** Recorded activations on disk: harvesting, immutable shards, shuffled reading. */
package org.refract.engine.store;
