/** What can be said to models of the SDXL family alone. */
package org.refract.model.sdxl.options;
