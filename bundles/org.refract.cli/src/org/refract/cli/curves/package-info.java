/** Learning curves: in the terminal, as pictures, as a page, and as TensorBoard's event files. */
package org.refract.cli.curves;
