/** The window around the views: its thread, its tabs, its memory, and the command that opens it. */
package org.refract.workbench.shell;
