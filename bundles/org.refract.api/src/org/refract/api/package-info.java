/** What every extension needs: the one kind of failure and the settings of a plug-in. */
package org.refract.api;
