/** The denoising U-Net, {@code UNet2DConditionModel} of diffusers. */
package org.refract.model.sdxl.unet;
