/** Pictures as files: formats, the text in them that says how they were drawn, and photos as a beginning. */
package org.refract.pictures;
