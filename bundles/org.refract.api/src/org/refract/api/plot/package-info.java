/** Charts as values, which faces draw. */
package org.refract.api.plot;
