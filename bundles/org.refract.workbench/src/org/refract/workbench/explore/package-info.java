/** The state of the Explore view and what a person can do to it; no widgets. */
package org.refract.workbench.explore;
