/** Charts as SVG, as pictures and in a terminal. */
package org.refract.plot;
