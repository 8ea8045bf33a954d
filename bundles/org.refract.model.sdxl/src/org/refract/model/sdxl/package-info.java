/** Stable Diffusion XL and its family: opening a folder, and from a request to pictures. */
package org.refract.model.sdxl;
