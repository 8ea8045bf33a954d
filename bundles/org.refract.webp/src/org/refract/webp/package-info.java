/** Reads WebP pictures, which Java does not. */
package org.refract.webp;
