/** Names features by the words that set the prompts of their examples apart. */
package org.refract.analysis.captions;
