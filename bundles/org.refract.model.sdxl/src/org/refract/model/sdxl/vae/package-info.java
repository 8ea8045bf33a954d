/** Between pictures and latents, {@code AutoencoderKL} of diffusers. */
package org.refract.model.sdxl.vae;
