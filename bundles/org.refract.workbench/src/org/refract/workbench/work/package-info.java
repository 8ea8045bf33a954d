/** Work away from the screen's thread. */
package org.refract.workbench.work;
