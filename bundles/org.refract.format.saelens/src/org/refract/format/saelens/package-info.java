/** SAELens checkpoints: cfg.json and sae_weights.safetensors. */
package org.refract.format.saelens;
