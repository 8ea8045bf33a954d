/** How prompts are written, and what the text encoders read of them. */
package org.refract.model.sdxl.prompt;
