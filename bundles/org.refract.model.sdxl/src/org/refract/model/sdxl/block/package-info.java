/** The blocks that diffusers' U-Nets and autoencoders are made of. */
package org.refract.model.sdxl.block;
