/** Transcoders and skip transcoders: sparse dictionaries from what a module reads to what it writes. */
package org.refract.sae.transcoder;
