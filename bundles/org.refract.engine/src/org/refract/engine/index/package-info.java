/** What is known of the features of a dictionary: how often, how strong, where, on which examples, under what name. */
package org.refract.engine.index;
