/** The widgets of the Explore view, one class per part of the window. */
package org.refract.workbench.explore.part;
