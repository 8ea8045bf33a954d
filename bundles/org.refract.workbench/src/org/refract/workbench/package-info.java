/** The window: a shell of tabs, each a {@link org.refract.api.view.View}, and the first of them. */
package org.refract.workbench;
