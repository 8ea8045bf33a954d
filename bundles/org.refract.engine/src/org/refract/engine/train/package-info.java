/** Training of learners, dictionaries and networks alike, from batches: plans, states, logs, early stop. */
package org.refract.engine.train;
