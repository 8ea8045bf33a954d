/** Parts of the workbench. */
package org.refract.api.view;
