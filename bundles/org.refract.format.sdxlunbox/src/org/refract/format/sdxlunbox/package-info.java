/** sdxl-unbox checkpoints: config.json and state_dict.pth, with mean.pt and std.pt. */
package org.refract.format.sdxlunbox;
