/** Writes lossless WebP (RFC 9649, section 3). */
package org.refract.pictures.internal.webp;
