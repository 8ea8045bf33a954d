/** Pictures, colour maps, heat maps and painted masks as plain numbers; knows no widget and no tensor. */
package org.refract.workbench.picture;
