/** Where autoencoders get their data: stores, a running model, or a planted dictionary. */
package org.refract.engine.source;
