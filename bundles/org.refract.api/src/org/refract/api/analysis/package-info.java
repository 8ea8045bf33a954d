/** Features, their names, and analyses of dictionaries. */
package org.refract.api.analysis;
