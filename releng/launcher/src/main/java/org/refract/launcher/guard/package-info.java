/** What the launcher lets extensions call in place of what they may not. */
package org.refract.launcher.guard;
