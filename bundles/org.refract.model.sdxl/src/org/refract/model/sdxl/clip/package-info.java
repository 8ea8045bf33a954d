/** CLIP's tokenizer and text encoders. */
package org.refract.model.sdxl.clip;
