/** What each block of an image model does to the picture. */
package org.refract.analysis.blocks;
