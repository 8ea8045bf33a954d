/** dictionary_learning checkpoints: config.json and ae.pt. */
package org.refract.format.dictionarylearning;
