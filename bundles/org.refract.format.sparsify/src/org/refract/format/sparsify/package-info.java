/** EleutherAI sparsify checkpoints: cfg.json and sae.safetensors. */
package org.refract.format.sparsify;
