/** The extensions that are there now, leased to those who use them. */
package org.refract.engine.extension;
